import Base
import Foundation
import Pipeline
import Store
import TestSupport
import Testing

/// SplitMix64.
struct RandomBits: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A vector of length 1.
    mutating func unit(_ width: Int) -> [Float] {
        let raw = (0..<width).map { _ in Float.random(in: -1...1, using: &self) }
        return Self.normalised(raw)
    }

    static func normalised(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}

/// A made-up past on the disk: cameras whose frames drift, stand still, jump, and pause, over midnight.
struct StoredPast {
    static let midnight = WallTime(microseconds: 1_777_680_000_000_000)  // 2026-05-02T00:00:00Z

    let folder: ScratchFolder
    let reader: EncodingReader
    let cameras: [CameraID]
    let width: Int
    let store: EncodingStore

    /// `frames` frames for each of `cameras` cameras; now and then one looks like one of `scenes`.
    init(seed: UInt64, cameras count: Int, frames: Int, width: Int, scenes: [[Float]]) async throws {
        var random = RandomBits(state: seed)
        folder = try ScratchFolder()
        self.width = width
        let encoder = try EncoderIdentity(digest: [9, 9, 9], dimension: width)
        let state = folder.url.path
        store = EncodingStore(stateDirectory: state, encoder: encoder)
        reader = EncodingReader(stateDirectory: state, encoder: encoder)
        cameras = (0..<count).compactMap { CameraID("camera\($0)") }
        for camera in cameras {
            var time = Self.midnight.advanced(bySeconds: -Double.random(in: 0...Double(frames), using: &random))
            var place = random.unit(width)
            var (scene, left, isStill) = ([Float]?.none, 0, false)
            var batch: [FrameEncoding] = []
            for index in 0..<frames {
                left -= 1
                if left <= 0 {
                    left = Int.random(in: 1...40, using: &random)
                    isStill = Bool.random(using: &random)
                    scene = Int.random(in: 0..<3, using: &random) == 0 ? scenes.randomElement(using: &random) : nil
                    if Int.random(in: 0..<4, using: &random) == 0 { place = random.unit(width) }
                }
                if !isStill {
                    let step = random.unit(width)
                    place = RandomBits.normalised(zip(place, step).map { $0 + 0.05 * $1 })
                }
                var shown = place
                if let scene {
                    let share = Float.random(in: 0.2...0.8, using: &random)
                    shown = RandomBits.normalised(zip(place, scene).map { (1 - share) * $0 + share * $1 })
                }
                var looks = [FrameEncoding.Look(box: .whole, values: shown)]
                for _ in 0..<Int.random(in: 0...2, using: &random) where !isStill {
                    let (x, y) = (
                        Double.random(in: 0...0.8, using: &random), Double.random(in: 0...0.8, using: &random)
                    )
                    looks.append(
                        .init(box: Box(left: x, top: y, right: x + 0.2, bottom: y + 0.2), values: random.unit(width)))
                }
                batch.append(FrameEncoding(time: time, looks: looks))
                if batch.count == 50 || index == frames - 1 {
                    try await store.append(batch, camera: camera)
                    batch = []
                }
                let isPause = Int.random(in: 0..<300, using: &random) == 0
                time = time.advanced(
                    bySeconds: isPause
                        ? Double.random(in: 15...400, using: &random) : Double.random(in: 0.8...1.2, using: &random))
            }
        }
        // Half of them: the minute that is still being written has no sum.
        if Bool.random(using: &random) { try await store.seal() }
        try await store.synchronize()
    }

    /// Every stored frame of a camera in a span, read the plain way.
    func frames(_ camera: CameraID, _ span: TimeSpan) async throws -> [FrameEncoding] {
        try await reader.encodings(of: camera, during: span)
    }

    /// Everything there is.
    static let always = TimeSpan(
        start: midnight.advanced(bySeconds: -1e6), end: midnight.advanced(bySeconds: 1e6))
}
