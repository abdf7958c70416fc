import Base
import Foundation
import Pipeline
import Store

/// Encodings on the disk as cameras would have written them, a frame a second, and what a search must find in them.
struct MadeUpPast {
    /// How frames look.
    enum Form {
        /// Random directions: no minute's sum leaves anything out, so every row is read.
        case directions
        /// Minutes of frames at this distance from their mean, of which this share repeats the frame before.
        case minutes(radius: Float, stillShare: Double)
    }

    static let start = WallTime(microseconds: 1_777_680_000_000_000)

    let state: String
    let encoder: EncoderIdentity
    let cameras: [CameraID]
    let secondsEach: Int
    /// The sentences looked for.
    let queries: [TextEncoding]
    /// The frames that single precision finds for the first queries on all cameras: camera's number and second.
    private(set) var best: [Set<Int>] = []

    /// Makes `count` cameras of `secondsEach` frames below `state`.
    init(
        _ state: String, cameras count: Int, secondsEach: Int, width: Int, form: Form, queries: Int, checked: Int
    ) async throws {
        self.state = state
        self.secondsEach = secondsEach
        encoder = try EncoderIdentity(digest: [1], dimension: width)
        cameras = (0..<count).compactMap { CameraID("camera\($0)") }
        var random = Bits(state: 1)
        self.queries = (0..<queries).map { TextEncoding(text: "\($0)", values: random.unit(width)) }
        _ = try StateDirectory.prepare(state)
        var tally = (0..<checked).map { _ in Best() }
        for (number, camera) in cameras.enumerated() {
            let store = EncodingStore(stateDirectory: state, encoder: encoder)
            var frames = MadeUpFrames(form: form, width: width, random: Bits(state: UInt64(number + 2)))
            var batch: [FrameEncoding] = []
            for second in 0..<secondsEach {
                let values = frames.next()
                for query in tally.indices {
                    tally[query].take(Self.product(values, self.queries[query].values), number * secondsEach + second)
                }
                batch.append(
                    FrameEncoding(
                        time: Self.start.advanced(bySeconds: Double(second)),
                        looks: [.init(box: .whole, values: values)]))
                if batch.count == 600 || second == secondsEach - 1 {
                    try await store.append(batch, camera: camera)
                    batch = []
                }
            }
            try await store.seal()
        }
        best = tally.map { $0.numbers }
    }

    /// All of it on the first `count` cameras.
    func filter(_ count: Int) -> EncodingSearch.Filter {
        EncodingSearch.Filter(
            cameras: Array(cameras.prefix(count)),
            during: TimeSpan(start: Self.start, end: Self.start.advanced(bySeconds: Double(secondsEach))))
    }

    /// The number of a frame that was found.
    func number(_ hit: EncodingSearch.Hit) -> Int {
        (cameras.firstIndex(of: hit.camera) ?? 0) * secondsEach + Int(hit.time.seconds(since: Self.start).rounded())
    }

    private static func product(_ a: [Float], _ b: [Float]) -> Float {
        // Eight sums, which the compiler keeps in one register.
        var sums = SIMD8<Float>(repeating: 0)
        for column in stride(from: 0, to: a.count - 7, by: 8) {
            for lane in 0..<8 { sums[lane] += a[column + lane] * b[column + lane] }
        }
        var sum = sums.sum()
        for column in (a.count / 8 * 8)..<a.count { sum += a[column] * b[column] }
        return sum
    }
}

/// The hundred best so far.
private struct Best {
    private var all: [(score: Float, number: Int)] = []

    mutating func take(_ score: Float, _ number: Int) {
        all.append((score, number))
        if all.count == 4096 { all = top }
    }

    var numbers: Set<Int> { Set(top.map(\.number)) }

    private var top: [(score: Float, number: Int)] { Array(all.sorted { $0.score > $1.score }.prefix(100)) }
}

/// One camera's frames.
struct MadeUpFrames {
    let form: MadeUpPast.Form
    let width: Int
    var random: Bits
    private var second = 0
    private var middle: [Float] = []
    private var last: [Float] = []

    init(form: MadeUpPast.Form, width: Int, random: Bits) {
        (self.form, self.width, self.random) = (form, width, random)
    }

    mutating func next() -> [Float] {
        defer { second += 1 }
        guard case .minutes(let radius, let stillShare) = form else { return random.unit(width) }
        if second % 60 == 0 { middle = random.unit(width) }
        if second % 60 != 0, random.share() < stillShare { return last }
        let step = random.unit(width)
        let raw = zip(middle, step).map { $0 + radius * $1 }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        last = raw.map { $0 / length }
        return last
    }
}

/// SplitMix64, and directions from it.
struct Bits {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0..<1.
    mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }

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
