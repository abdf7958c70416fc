import Anomaly
import Base
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Cost of anomaly scoring", .timeLimit(.minutes(5)))
struct AnomalyCostTests {
    @Test("all lanes of a frame take at most a twentieth of the time that the bundled encoder takes for it")
    func share() async throws {
        let folder = Fixtures.root.appending(path: "share/models/starter-encoder")
        let engine = try InferenceEngine(encoderFolder: folder)
        let list = try SentenceFile.read(
            [UInt8](try Data(contentsOf: Fixtures.root.appending(path: "share/anomaly/sentences.txt"))),
            name: "sentences.txt")
        let sentences = try await engine.sentences(list)
        let camera = try #require(CameraID("gate"))
        var model = AnomalyModel(
            camera: camera,
            encoder: EncoderIdentity(
                name: engine.name, digest: engine.encoderDigest, width: engine.width, resolution: "640x360"),
            sentences: sentences, ceilingPerDay: 1)
        // A scene with somebody in it who comes and goes, a frame a second.
        var (numbers, encodings) = (SystemRandomNumberGenerator(), [FrameEncoding]())
        let clock = ContinuousClock()
        var encoding: [Duration] = []
        for number in 0..<24 {
            let picture = Self.picture(x: 40 + 20 * number, &numbers)
            let box = Box(
                left: Double(40 + 20 * number) / 640, top: 0.4, right: Double(100 + 20 * number) / 640, bottom: 0.8)
            let start = clock.now
            let found = await engine.encode(picture, boxes: [box], at: WallTime(microseconds: 0))
            encoding.append(clock.now - start)
            encodings.append(found)
        }
        var scoring: [Duration] = []
        for second in 0..<4000 {
            let known = encodings[second % encodings.count].looks
            let looks = (second / 60 % 3 == 0 ? known : Array(known.prefix(1))).map { look in
                FrameEncoding.Look(box: look.box, values: Self.disturbed(look.values, &numbers))
            }
            let frame = AnomalyFrame(
                encoding: FrameEncoding(time: WallTime(microseconds: Int64(second) * 1_000_000), looks: looks),
                chroma: 20)
            let start = clock.now
            _ = model.observe(frame)
            if second >= 3000 { scoring.append(clock.now - start) }
        }
        let (lanes, encoder) = (Self.median(scoring), Self.median(encoding))
        print("anomaly lanes \(lanes) a frame, encoder \(encoder): \((lanes / encoder * 1000).rounded() / 10) %")
        #expect(lanes <= encoder * 0.05, "\(lanes) of \(encoder)")
    }

    private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

    private static func picture(x: Int, _ numbers: inout SystemRandomNumberGenerator) -> Picture {
        var pixels = [UInt8](repeating: 0, count: 640 * 360 * 3)
        for row in 0..<360 {
            for column in 0..<640 {
                let isBody = (x..<x + 60).contains(column) && (144..<288).contains(row)
                for channel in 0..<3 {
                    pixels[(row * 640 + column) * 3 + channel] =
                        (isBody ? 200 : 90) &+ UInt8.random(in: 0..<16, using: &numbers)
                }
            }
        }
        return Picture(width: 640, height: 360, pixels: pixels)
    }

    private static func disturbed(_ values: [Float], _ numbers: inout SystemRandomNumberGenerator) -> [Float] {
        let noisy = values.map { $0 + Float.random(in: -0.01...0.01, using: &numbers) }
        let length = noisy.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return noisy.map { $0 / length }
    }
}
