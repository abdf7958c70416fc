import Anomaly
import Base
import Testing

@Suite("Memory of an anomaly model", .timeLimit(.minutes(10)))
struct ModelMemoryTests {
    @Test("a camera takes at most 8 MB, constant over sixty days, however much of what it shows is new")
    func constant() throws {
        let (width, period, days) = (512, 1800.0, 60)
        var random = SeededRandom(5)
        let camera = try #require(CameraID("gate"))
        let encoder = EncoderIdentity(name: "wide", digest: "0", width: width, resolution: "none")
        var model = AnomalyModel(
            camera: camera, encoder: encoder, sentences: nil, ceilingPerDay: 1,
            constants: AnomalyConstants(period: period))
        var (most, sizes, stored) = (0, [Int](), [Int]())
        for day in 0..<days {
            for frame in 0..<Int(86_400 / period) {
                let seconds = Double(day) * 86_400 + Double(frame) * period
                let isNight = frame < 12 || frame > 40
                let looks = (0..<3).map { index in
                    FrameEncoding.Look(
                        box: index == 0 ? .whole : ModelFixture.place(random.unit() * 0.8),
                        values: VectorSum.unit(random.vector(width, length: 1)))
                }
                _ = model.observe(
                    AnomalyFrame(
                        encoding: FrameEncoding(time: ModelFixture.time(seconds), looks: looks),
                        chroma: isNight ? 0 : 20))
                most = max(most, model.byteCount)
            }
            sizes.append(model.byteCount)
            if day % 15 == 14 { stored.append(try model.snapshot().count) }
        }
        print(
            "memory of a camera: \(Double(most) / 1e6) MB at most, after 15, 30, 45, 60 days "
                + [14, 29, 44, 59].map { "\(Double(sizes[$0]) / 1e6)" }.joined(separator: ", ")
                + " MB; snapshots \(stored.map { Double($0) / 1e6 }) MB")
        #expect(most <= 8_000_000)
        #expect(stored.allSatisfy { $0 <= 8_000_000 })
        let early = try #require(sizes[15..<30].max())
        let late = try #require(sizes[45..<60].max())
        #expect(Double(late) <= 1.01 * Double(early), "\(early) bytes in the first month, \(late) in the second")
    }
}
