import Base
import Foundation
import Store
import Testing

@Suite("Damaged files of encodings", .timeLimit(.minutes(5)))
struct EncodingDamageTests {
    private let always = TimeSpan(start: moment(-1e6), end: moment(1e6))

    /// A state directory with a file of six encodings, its path and its bytes.
    private func makeFile() async throws -> (state: TemporaryDirectory, path: String, bytes: Data) {
        let state = TemporaryDirectory()
        _ = try StateDirectory.prepare(state.path)
        let store = EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        try await store.append(
            (0..<6).map { EncodingStoreTests.encoding(Double($0), looks: 1 + $0 % 2) }, camera: camera())
        let path = try EncodingStoreTests.day(state.path)
        return (state, path, try Data(contentsOf: URL(filePath: path)))
    }

    private func read(_ state: TemporaryDirectory) async throws -> [FrameEncoding] {
        let reader = EncodingReader(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        return try await reader.encodings(of: camera(), during: always)
    }

    @Test("cut at any byte, a file keeps its whole records, and appending what is missing brings back the rest")
    func torn() async throws {
        let (state, path, bytes) = try await makeFile()
        defer { state.remove() }
        let whole = try await read(state)
        let store = { EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity()) }
        for length in 0..<bytes.count {
            try bytes.prefix(length).write(to: URL(filePath: path))
            let kept = try await read(state)
            #expect(kept == Array(whole.prefix(kept.count)))
            #expect(try await store().append(whole, camera: camera()) == whole.count - kept.count)
            #expect(try await read(state) == whole, "cut at \(length)")
        }
    }

    @Test("a flipped bit costs at most its own record, or is reported; appending repairs the record")
    func flipped() async throws {
        let (state, path, bytes) = try await makeFile()
        defer { state.remove() }
        let whole = try await read(state)
        for position in 0..<bytes.count {
            var damaged = bytes
            damaged[position] ^= 1 << UInt8(position % 8)
            try damaged.write(to: URL(filePath: path))
            if position < EncodingFormat.headerSize {
                let error = await storeError { _ = try await read(state) }
                guard case .encodingFile(_, "read", _) = error else {
                    Issue.record("byte \(position): \(String(describing: error))")
                    continue
                }
                continue
            }
            let kept = try await read(state)
            #expect(kept.count == whole.count - 1 && kept.allSatisfy(whole.contains), "byte \(position)")
            let store = EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
            #expect(try await store.append(whole, camera: camera()) == 1)
            #expect(try await read(state) == whole)
        }
    }

    @Test("random rubbish and a file made to be slow are survived quickly")
    func hostile() async throws {
        let (state, path, bytes) = try await makeFile()
        defer { state.remove() }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let rubbish = Data((0..<Int.random(in: 0...4000)).map { _ in UInt8.random(in: 0...255, using: &generator) })
            try (bytes + rubbish).write(to: URL(filePath: path))
            #expect(try await read(state).count == 6)
        }
        // Headers that promise the longest record, one after the other: each is worth a checksum over the rest.
        let looks = EncodingFormat.mostLooks
        let size = UInt32(12 + looks * (20 + EncodingStoreTests.dimension))
        let count = withUnsafeBytes(of: UInt32(looks).littleEndian) { Data($0) }
        // Only the first of each three is followed by its number of looks; the others are tried and refused.
        let promise =
            Data("ENCF".utf8) + withUnsafeBytes(of: size.littleEndian) { Data($0) } + Data(count: 12) + count
        var hostile = bytes
        for _ in 0..<100_000 { hostile += promise }
        try hostile.write(to: URL(filePath: path))
        let begin = ContinuousClock.now
        #expect(try await read(state).count == 6)
        let store = EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        let error = await storeError { try await store.append([EncodingStoreTests.encoding(99)], camera: camera()) }
        guard case .encodingFile = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(ContinuousClock.now - begin < .seconds(20))
    }

    @Test("a file that is none of ours is refused and left as it is")
    func foreign() async throws {
        let (state, path, _) = try await makeFile()
        defer { state.remove() }
        let foreign = Data(repeating: 65, count: 300)
        try foreign.write(to: URL(filePath: path))
        let store = EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        let error = await storeError { try await store.append([EncodingStoreTests.encoding(0)], camera: camera()) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("no file of encodings"))
        #expect(try Data(contentsOf: URL(filePath: path)) == foreign)
    }
}

/// Collects numbers from another thread.
final class Sizes: Sendable {
    private let values = Locked<[Int]>([])
    var all: [Int] { values.withLock { $0 } }
    func append(_ value: Int) { values.withLock { $0.append(value) } }
}
