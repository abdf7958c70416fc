import Base
import Foundation
import Pipeline
import Store

/// Times an exact search over stored encodings: `SearchBench [frames] [width]`, a day's file per 86,400 frames, one a second.
///
/// Vectors are random directions, so no minute can be left out and every one is read: the scan's own speed. Prints one JSON
/// object: medians in milliseconds, warm, on all cores, and how many of the 100 best by single precision are among the 100
/// found (the files keep 8 bits a component).
@main
enum SearchBench {
    private static let camera = "bench"

    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (frames, width) = (numbers.first ?? 1_036_800, numbers.dropFirst().first ?? 512)
        let folder = FileManager.default.temporaryDirectory.appending(path: "alertd-search-bench-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let camera = CameraID(camera) else { return }
        let encoder = try EncoderIdentity(digest: [1], dimension: width)
        var random = Bits(state: 1)
        let queries = (0..<16).map { TextEncoding(text: "\($0)", values: random.unit(width)) }
        let state = try StateDirectory.prepare(folder.path)
        _ = state
        let truth = try await fill(folder.path, encoder, camera, frames, queries.prefix(4).map(\.values), &random)
        let search = EncodingSearch(EncodingReader(stateDirectory: folder.path, encoder: encoder))
        let start = WallTime(microseconds: 1_777_680_000_000_000)
        let filter = EncodingSearch.Filter(
            cameras: [camera], during: TimeSpan(start: start, end: start.advanced(bySeconds: Double(frames) + 1)))
        let clock = ContinuousClock()
        let cold = try await clock.measure { _ = try await search.best([queries[0]], limit: 100, in: filter) }
        var single: [Double] = []
        var shared = 0
        for (index, query) in (queries + queries).enumerated() {
            var found: [EncodingSearch.Hit] = []
            single.append(
                milliseconds(
                    try await clock.measure { found = try await search.best([query], limit: 100, in: filter).hits[0] }))
            if index < truth.count {
                shared +=
                    Set(found.map { Int($0.time.seconds(since: start).rounded()) }).intersection(truth[index]).count
            }
        }
        var batch: [Double] = []
        for _ in 0..<7 {
            batch.append(
                milliseconds(try await clock.measure { _ = try await search.best(queries, limit: 100, in: filter) }))
        }
        print(
            "{\"rows\":\(frames),\"width\":\(width),\"index_ms\":\(rounded(milliseconds(cold))),"
                + "\"query_ms\":\(rounded(median(single))),\"batch16_ms\":\(rounded(median(batch))),"
                + "\"recall_at_100\":\(Double(shared) / Double(100 * truth.count))}")
    }

    /// Writes the frames; returns the numbers of the 100 best of each of `queries` in single precision.
    private static func fill(
        _ state: String, _ encoder: EncoderIdentity, _ camera: CameraID, _ frames: Int, _ queries: [[Float]],
        _ random: inout Bits
    ) async throws -> [Set<Int>] {
        let store = EncodingStore(stateDirectory: state, encoder: encoder)
        let start = WallTime(microseconds: 1_777_680_000_000_000)
        var best = [[(score: Float, frame: Int)]](repeating: [], count: queries.count)
        var batch: [FrameEncoding] = []
        for frame in 0..<frames {
            let values = random.unit(encoder.dimension)
            for (index, query) in queries.enumerated() {
                var score: Float = 0
                for column in values.indices { score += values[column] * query[column] }
                best[index].append((score, frame))
                if best[index].count == 4096 { best[index] = top(best[index]) }
            }
            batch.append(
                FrameEncoding(
                    time: start.advanced(bySeconds: Double(frame)), looks: [.init(box: .whole, values: values)]))
            if batch.count == 600 || frame == frames - 1 {
                try await store.append(batch, camera: camera)
                batch = []
            }
        }
        try await store.seal()
        return best.map { Set(top($0).map(\.frame)) }
    }

    private static func top(_ all: [(score: Float, frame: Int)]) -> [(score: Float, frame: Int)] {
        Array(all.sorted { $0.score > $1.score }.prefix(100))
    }

    private static func milliseconds(_ time: Duration) -> Double { time / .milliseconds(1) }
    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// SplitMix64, and directions from it.
private struct Bits {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A vector of length 1: sums of four uniform numbers are near enough to normal.
    mutating func unit(_ width: Int) -> [Float] {
        var values = [Float](repeating: 0, count: width)
        var squares: Float = 0
        for index in values.indices {
            let bits = next()
            let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
            let value = Float(Int64(sum) - 131_070)
            values[index] = value
            squares += value * value
        }
        let scale = 1 / squares.squareRoot()
        for index in values.indices { values[index] *= scale }
        return values
    }
}
