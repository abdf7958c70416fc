import Anomaly
import Base
import Foundation
import TestSupport
import Testing

@Suite("Snapshots of what is normal", .timeLimit(.minutes(5)))
struct SnapshotTests {
    @Test("a model that was killed and restored goes on as if nothing had happened", arguments: [1, 2, 3])
    func resume(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var whole = try ModelFixture.live()
        _ = whole.strange(70 + 300 * random.unit())  // perhaps in the middle of an alarm
        whole.ordinary(200 * random.unit())
        var restored = whole
        let folder = try ScratchFolder()
        let file = folder.file("gate.normality")
        try SnapshotFile.write(try whole.model.snapshot(), to: file)
        restored.model = try ModelFixture().model
        try restored.model.restore(try Data(contentsOf: file), file: file.path)
        for step in 0..<800 {
            let frame = whole.frame(adding: step % 100 > 90 ? [whole.vector(5)] : [])
            _ = restored.frame()  // both draw the same numbers
            let (a, b) = (whole.show(frame), restored.show(frame))
            #expect(a?.lanes == b?.lanes && a?.ratio == b?.ratio && a?.changes == b?.changes, "step \(step)")
        }
        #expect(whole.opened == restored.opened)
        #expect(whole.model.achievedRate == restored.model.achievedRate)
    }

    @Test("damage anywhere is refused by name and leaves the model as it was")
    func damage() throws {
        let fixture = try ModelFixture.live()
        let good = try fixture.model.snapshot()
        var target = try ModelFixture().model
        var random = SeededRandom(9)
        var bad: [Data] = [
            Data(), Data("alertdNM".utf8), good.dropLast(), good + Data([0]), Data(repeating: 0, count: 300),
        ]
        for _ in 0..<40 {
            var copy = good
            let place = Int(random.next() % UInt64(copy.count))
            copy[place] ^= UInt8(1 + random.next() % 255)
            bad.append(copy)
        }
        for data in bad {
            do {
                try target.restore(data, file: "x")
                Issue.record("accepted \(data.count) damaged bytes")
            } catch {
                guard case .snapshot("x", _) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(target.phase == .cold)
    }

    @Test("another camera's or encoder's snapshot is refused")
    func foreign() throws {
        let snapshot = try ModelFixture.live().model.snapshot()
        let other = try #require(CameraID("yard"))
        var camera = AnomalyModel(
            camera: other, encoder: ModelFixture.encoder, sentences: nil, ceilingPerDay: 1)
        #expect(throws: AnomalyError.self) { try camera.restore(snapshot, file: "x") }
        let encoder = EncoderIdentity(name: "test", digest: "def", width: 8, resolution: "small")
        let gate = try #require(CameraID("gate"))
        var changed = AnomalyModel(camera: gate, encoder: encoder, sentences: nil, ceilingPerDay: 1)
        do {
            try changed.restore(snapshot, file: "x")
            Issue.record("accepted another encoder's snapshot")
        } catch {
            guard case .foreignSnapshot = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("the user's new ceiling outlives an old snapshot")
    func ceiling() throws {
        let fixture = try ModelFixture.live(ceilingPerDay: 100)
        var target = try ModelFixture(ceilingPerDay: 1).model
        try target.restore(try fixture.model.snapshot(), file: "x")
        #expect(target.threshold.settings.ceilingPerDay == 1)
        #expect(target.threshold.value > fixture.model.threshold.value)
    }
}
