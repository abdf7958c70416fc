import Base
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Encodings with motion", .timeLimit(.minutes(5)))
struct FrameEncoderTests {
    /// Noise of 320 × 180 with a bright square of 40 pixels at `x`.
    private func picture(_ x: Int?, seed: Int = 1) -> Picture {
        var (pixels, state) = ([UInt8](repeating: 0, count: 320 * 180 * 3), UInt64(seed))
        for at in stride(from: 0, to: pixels.count, by: 3) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for channel in 0..<3 { pixels[at + channel] = UInt8(100 + state >> 62) }
        }
        guard let x else { return Picture(width: 320, height: 180, pixels: pixels) }
        for y in 70..<110 {
            for at in (y * 320 + x) * 3..<(y * 320 + x + 40) * 3 { pixels[at] = 220 }
        }
        return Picture(width: 320, height: 180, pixels: pixels)
    }

    private func time(_ second: Int) -> WallTime { WallTime(microseconds: Int64(second) * 1_000_000) }

    @Test("looks move as the vectors say; a repeated picture stands; without vectors nothing is known")
    func velocities() async throws {
        let engine = try InferenceEngine(encoderFolder: Fixtures.root.appending(path: "share/models/starter-encoder"))
        var encoder = FrameEncoder(engine: engine, reuse: EncodingReuse())
        let walking = Velocity(right: 0.1, down: 0)
        let field = MotionField(columns: 40, rows: 22, patches: Array(repeating: walking, count: 880))
        for second in 0..<20 { _ = await encoder.encode(picture(nil, seed: second), motion: field, at: time(second)) }
        let seen = await encoder.encode(picture(100), motion: field, at: time(20))
        let crops = seen.encoding.looks.filter { $0.box != .whole }
        #expect(!seen.isReused && !crops.isEmpty && crops.allSatisfy { $0.velocity == walking })
        #expect(seen.encoding.looks.filter { $0.box == .whole }.allSatisfy { $0.velocity == nil })
        let again = await encoder.encode(picture(100), motion: field, at: time(21))
        #expect(again.isReused && again.encoding.looks.allSatisfy { $0.box == .whole || $0.velocity == .zero })
        let unknown = await encoder.encode(picture(100), at: time(22))
        #expect(unknown.isReused && unknown.encoding.looks.allSatisfy { $0.velocity == nil })
        let elsewhere = await encoder.encode(picture(200), at: time(23))
        #expect(!elsewhere.isReused && elsewhere.encoding.looks.allSatisfy { $0.velocity == nil })
    }
}
