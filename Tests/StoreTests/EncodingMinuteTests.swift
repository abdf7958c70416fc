import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Minutes of encodings", .timeLimit(.minutes(5)))
struct EncodingMinuteTests {
    private static let dimension = 33
    private let always = TimeSpan(start: moment(-1e6), end: moment(1e6))

    /// A state directory with a store and a reader for it.
    private struct Place {
        let state = TemporaryDirectory()
        let store: EncodingStore
        let reader: EncodingReader

        init(_ dimension: Int = EncodingMinuteTests.dimension) throws {
            _ = try StateDirectory.prepare(state.path)
            let encoder = try EncoderIdentity(digest: [7, 7], dimension: dimension)
            store = EncodingStore(stateDirectory: state.path, encoder: encoder)
            reader = EncodingReader(stateDirectory: state.path, encoder: encoder)
        }

        /// All files below the folder of encodings, one after the other.
        func bytes() throws -> Data {
            let folder = state.path + "/encodings"
            return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
                .filter { $0.hasSuffix(".enc") }
                .reduce(into: Data()) { $0 += try Data(contentsOf: URL(filePath: folder + "/" + $1)) }
        }
    }

    /// A vector of length 1 whose direction depends on `seed`.
    private func vector(_ seed: UInt64, _ dimension: Int = EncodingMinuteTests.dimension) -> [Float] {
        var generator = SplitMix(seed: seed)
        let raw = (0..<dimension).map { _ in Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return raw.map { $0 / length }
    }

    private func frame(_ second: Double, _ seed: UInt64, _ dimension: Int = EncodingMinuteTests.dimension)
        -> FrameEncoding
    {
        FrameEncoding(
            time: moment(second), looks: [FrameEncoding.Look(box: .whole, values: vector(seed, dimension))])
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    @Test(
        "8 bits move a vector of length 1 by less than what still frames may differ",
        arguments: [1, 2, 33, 256, 512, 768])
    func precision(dimension: Int) throws {
        for seed in 0..<200 {
            let whole = vector(UInt64(seed), dimension)
            let rounded = try #require(QuantizedVector(whole))
            // Half a step in every component at most, and in the middle a third of that squared.
            #expect(distance(whole, rounded.vector) <= rounded.scale / 2 * Float(dimension).squareRoot() * 1.001)
            if dimension >= 256 { #expect(distance(whole, rounded.vector) < 0.02) }
        }
        #expect(QuantizedVector([0, 0])?.vector == [0, 0])
        #expect(QuantizedVector([Float.leastNonzeroMagnitude, 0])?.vector == [0, 0])
        #expect(QuantizedVector([.infinity]) == nil && QuantizedVector([.nan]) == nil)
    }

    @Test("a still run is stored once, whatever the batches, and comes back frame by frame")
    func stills() async throws {
        for batch in [1, 5, 60, 600] {
            let place = try Place(512)
            defer { place.state.remove() }
            // Ten minutes: five still, then one picture after the other.
            let frames = (0..<600).map { frame(Double($0), $0 < 300 ? 1 : UInt64($0), 512) }
            for start in stride(from: 0, to: 600, by: batch) {
                try await place.store.append(Array(frames[start..<(start + batch)]), camera: camera())
            }
            try await place.store.seal()
            let read = try await place.reader.encodings(of: camera(), during: always)
            #expect(read.map(\.time) == frames.map(\.time))
            for (mine, theirs) in zip(read, frames) {
                #expect(distance(mine.looks[0].values, theirs.looks[0].values) < 0.02)
            }
            let minutes = try await place.reader.summaries(of: camera(), during: always)
            #expect(minutes.map(\.frames) == Array(repeating: 60, count: 10))
            #expect(minutes.map(\.stills) == Array(repeating: 59, count: 5) + Array(repeating: 0, count: 5))
            // Five vectors for the five still minutes, 300 for the others, and per still batch what its record takes.
            let vectors = 305 * (512 + 44) + 10 * (512 + 56) + 64
            let size = try place.bytes().count
            #expect(
                size > vectors && size < vectors + 300 * 4 + (300 / batch + 5) * 28 + 64, "batches of \(batch): \(size)"
            )
        }
    }

    @Test("no vector of a minute lies beyond its radius, and the bound on scalar products holds")
    func radius() async throws {
        let place = try Place()
        defer { place.state.remove() }
        let frames = (0..<240).map { frame(Double($0), UInt64($0 % 90)) }
        try await place.store.append(frames, camera: camera())
        try await place.store.seal()
        let minutes = try await place.reader.summaries(of: camera(), during: always)
        #expect(minutes.count == 4)
        for minute in minutes {
            let span = TimeSpan(start: minute.minute, end: minute.minute.advanced(bySeconds: 60))
            let inside = try await place.reader.encodings(of: camera(), during: span)
            #expect(inside.count == minute.frames)
            let distances = inside.map { distance($0.looks[0].values, minute.meanVector) }
            let farthest = try #require(distances.max())
            #expect(farthest <= minute.radius * 1.0001 && farthest > minute.radius * 0.99)
            for seed in 1000..<1050 {
                let query = vector(UInt64(seed))
                let best =
                    inside.map { zip($0.looks[0].values, query).reduce(Float(0)) { $0 + $1.0 * $1.1 } }.max() ?? 0
                #expect(best <= minute.upperBound(query) + 1e-4)
            }
        }
    }

    @Test("a minute is summed up when a later one begins, anew when frames are added, and rows follow")
    func sealing() async throws {
        let place = try Place()
        defer { place.state.remove() }
        try await place.store.append((0..<90).map { frame(Double($0), UInt64($0)) }, camera: camera())
        #expect(try await place.reader.summaries(of: camera(), during: always).map(\.frames) == [60])
        #expect(await place.store.takeSealedMinutes().map(\.summary.frames) == [60])
        // A late frame for the first minute, from another process.
        let other = EncodingStore(
            stateDirectory: place.state.path, encoder: try EncoderIdentity(digest: [7, 7], dimension: Self.dimension))
        try await other.append([frame(0.5, 1234)], camera: camera())
        #expect(await other.takeSealedMinutes().map(\.summary.frames) == [61])
        try await place.store.append((90..<130).map { frame(Double($0), UInt64($0)) }, camera: camera())
        let rows = await place.store.takeSealedMinutes()
        #expect(rows.map(\.summary.frames) == [60] && rows[0].summary.minute == moment(60))
        #expect(rows[0].file.hasPrefix("gate/2026-05-01.") && rows[0].encoder == [7, 7])
        try await place.store.seal()
        #expect(await place.store.takeSealedMinutes().map(\.summary.frames) == [10])
        #expect(try await place.reader.summaries(of: camera(), during: always).map(\.frames) == [61, 60, 10])
        // Sealing again has nothing to do.
        try await other.seal()
        #expect(await other.takeSealedMinutes() == [])
    }

    @Test("what one process has appended is there for every other at once, without synchronising")
    func journal() async throws {
        let place = try Place()
        defer { place.state.remove() }
        for second in 0..<20 {
            try await place.store.append([frame(Double(second), UInt64(second))], camera: camera())
            #expect(try await place.reader.encodings(of: camera(), during: always).count == second + 1)
        }
    }

    @Test("erasing overwrites what lies in the span and nothing else, also in the middle of a still run")
    func erase() async throws {
        let place = try Place()
        defer { place.state.remove() }
        // Seconds 0–29 and 100–300 moving, 30–99 still; a second look-alike camera that must not change.
        let frames = (0..<300).map { frame(Double($0), (30..<100).contains($0) ? 5000 : UInt64($0)) }
        try await place.store.append(frames, camera: camera())
        try await place.store.append(frames, camera: camera("door"))
        try await place.store.seal()
        let before = try await place.reader.encodings(of: camera(), during: always)
        let span = TimeSpan(start: moment(20), end: moment(50))
        let eraser = FileErasure(stateDirectory: place.state.path)
        let secrets = (20..<30).map { second -> Data in
            Data((QuantizedVector(vector(UInt64(second)))?.values ?? []).map { UInt8(bitPattern: $0) })
        }
        let file = URL(filePath: place.state.path + "/encodings/gate")
        func gate() throws -> Data {
            try FileManager.default.contentsOfDirectory(atPath: file.path)
                .reduce(into: Data()) { $0 += try Data(contentsOf: file.appending(path: $1)) }
        }
        #expect(try secrets.allSatisfy { try gate().range(of: $0) != nil })
        #expect(try await eraser.eraseEncodings(of: camera(), during: span) == 30)
        #expect(try secrets.allSatisfy { try gate().range(of: $0) == nil })
        let left = try await place.reader.encodings(of: camera(), during: always)
        #expect(left == before.filter { $0.time < span.start || $0.time >= span.end })
        #expect(try await place.reader.encodings(of: camera("door"), during: always).count == 300)
        #expect(try await place.reader.summaries(of: camera(), during: always).map(\.frames) == [30, 60, 60, 60, 60])
        // The store that had the file open goes on writing, and its still frames refer to records that are there.
        let more = (300..<310).map { frame(Double($0), 299) } + [frame(50.5, 5000)]
        try await place.store.append(more, camera: camera())
        #expect(try await place.reader.encodings(of: camera(), during: always).count == 281)
        #expect(try await eraser.eraseEncodings(of: camera(), during: span) == 0)
        #expect(try await eraser.eraseEncodings(of: camera("none"), during: span) == 0)
    }

    @Test("retention removes the oldest files, by when they were written and by bytes, never the newest")
    func retention() async throws {
        let place = try Place()
        defer { place.state.remove() }
        let day = 86_400.0
        var times: [timespec] = []
        for index in 0..<4 {
            try await place.store.append([frame(Double(index) * day, 1)], camera: camera())
            times.append(timespec(tv_sec: 1_700_000_000 + index * 86_400, tv_nsec: 0))
        }
        try await place.store.seal()
        let folder = place.state.path + "/encodings/gate/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for (name, time) in zip(names, times) { #expect(utimensat(AT_FDCWD, folder + name, [time, time], 0) == 0) }
        let size = try place.bytes().count / 4
        let cutoff = WallTime(microseconds: 1_700_000_001_000_000)
        #expect(try await place.store.expire(camera(), writtenBefore: cutoff, bytes: nil) == Int64(size))
        #expect(try await place.store.expire(camera(), writtenBefore: nil, bytes: Int64(2 * size)) == Int64(size))
        #expect(
            try await place.store.expire(camera(), writtenBefore: .init(microseconds: .max), bytes: 0) == Int64(size))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [names[3]])
        // A file that is gone goes on in a new one.
        try await place.store.append([frame(0, 1)], camera: camera())
        #expect(try await place.reader.encodings(of: camera(), during: always).count == 2)
    }

    @Test("room is made before anything is written: the oldest days go, the present one stays, index rows are named")
    func room() async throws {
        let place = try Place()
        defer { place.state.remove() }
        let day = 86_400.0
        // 200 frames a day that all differ, and the largest size that the folder ever has.
        func write(_ index: Int) async throws -> Int {
            var largest = 0
            for part in 0..<20 {
                let seconds = (0..<10).map { Double(index) * day + Double(part * 10 + $0) }
                try await place.store.append(
                    seconds.map { frame($0, UInt64(bitPattern: Int64($0))) }, camera: camera())
                largest = max(largest, try place.bytes().count)
            }
            return largest
        }
        let one = try await write(0)
        let limit = 3 * one + one / 2
        await place.store.limit(try camera(), bytes: Int64(limit))
        for index in 1..<8 { #expect(try await write(index) <= limit) }
        try await place.store.seal()
        let folder = place.state.path + "/encodings/gate/"
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left.count == 3 && left.last?.hasPrefix("2026-05-08") == true, "\(left)")
        let removed = await place.store.takeRemovedFiles()
        #expect(try removed[camera()]?.map { String($0.prefix(15)) } == (1...5).map { "gate/2026-05-0\($0)" })
        #expect(await place.store.takeRemovedFiles().isEmpty)
        // Too little for even one day: what is watched now is kept all the same.
        await place.store.limit(try camera(), bytes: 100)
        _ = try await write(8)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        #expect(try await place.reader.encodings(of: camera(), during: always).count == 200)
    }

    @Test("a full disk is reported, and what was there before stays", .tags(.integration))
    func full() async throws {
        let place = try Place()
        defer { place.state.remove() }
        guard let disk = SmallDisk(kilobytes: 64, below: place.state.path + "/encodings") else {
            try skipCase("a full disk", because: "only root can mount a file system in memory")
        }
        defer { disk.remove() }
        var written = 0
        var failure: StoreError?
        while failure == nil, written < 10_000 {
            failure = await storeError {
                try await place.store.append([frame(Double(written), UInt64(written))], camera: camera())
            }
            if failure == nil { written += 1 }
        }
        guard case .diskFull = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try await place.reader.encodings(of: camera(), during: always).count == written)
    }
}
