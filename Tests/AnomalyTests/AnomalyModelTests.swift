import Anomaly
import Base
import Foundation
import Testing

@Suite("Anomaly model", .timeLimit(.minutes(5)))
struct AnomalyModelTests {
    @Test("is cold, then warming, then live, and says nothing while cold")
    func phases() throws {
        var fixture = try ModelFixture()
        let first = fixture.show(fixture.frame())
        #expect(first == nil && fixture.model.phase == .cold)
        fixture.ordinary(720)
        #expect(fixture.model.phase == .warming)
        let early = fixture.strange(14)
        #expect(early.count == 2 && fixture.opened.isEmpty, "nothing but sentences alarms while warming")
        fixture.ordinary(3600)
        #expect(fixture.model.phase == .live)
    }

    @Test("stays warming while the history cannot support the ceiling, unless the site's can")
    func certifiable() throws {
        var alone = try ModelFixture(ceilingPerDay: 0.1)
        alone.ordinary(6 * 3600)
        #expect(alone.model.phase == .warming)
        var site = ExceedanceGrid(cooldown: 30, halfLife: 1e9)
        for hour in 0..<(24 * 31) { site.insert(0, at: Double(hour) * 3600, duration: 3600) }
        let reading = alone.model.observe(alone.frame(), site: site)
        #expect(reading?.phase == .live)
    }

    @Test("a strange look alarms, with its lane, place, p-value, hour and nearest moments")
    func alarm() throws {
        var fixture = try ModelFixture.live()
        #expect(fixture.opened.isEmpty)
        let readings = fixture.strange(42)
        #expect(fixture.opened.count == 1)
        let explanation = try #require(readings.last?.explanation)
        #expect(explanation.lane == .normality || explanation.lane == .motion)
        #expect(explanation.box == ModelFixture.place(0.6))
        #expect(explanation.pValue < 1e-3 && explanation.moments.count == 3)
        #expect(explanation.hour == "Tuesday 06:00")
        #expect(explanation.text.contains("Tuesday 06:00"))
    }

    @Test("taking the named evidence away lowers the score")
    func evidence() throws {
        var fixture = try ModelFixture.live()
        let look = fixture.vector(5)
        let frame = fixture.frame(adding: [look])
        let explanation = try #require(fixture.model.explain(frame))
        let without = AnomalyFrame(
            encoding: FrameEncoding(
                time: frame.encoding.time, looks: frame.encoding.looks.filter { $0.box != explanation.box }))
        let before = fixture.model.scores(of: frame).first { $0.lane == explanation.lane }
        let after = fixture.model.scores(of: without).first { $0.lane == explanation.lane }
        #expect(try #require(before).raw > 5 * (try #require(after).raw))
        #expect(try #require(before).pValue < (try #require(after).pValue))
    }

    @Test("nothing is learnt from an alarm, not even from the half minute before and after it")
    func noLearning() throws {
        var fixture = try ModelFixture.live()
        for _ in 0..<5 {
            let readings = fixture.strange(70)
            #expect((readings.last?.ratio ?? 0) > 1)
            fixture.ordinary(600)
        }
        #expect(fixture.opened.count == 5)
    }

    @Test("what outlasts the longest alarm closes it as a changed scene and becomes normal")
    func sceneChange() throws {
        var fixture = try ModelFixture.live()
        _ = fixture.strange(660)
        let reason = try #require(fixture.closed.last?.reason)
        #expect(reason == .longest)
        let readings = fixture.strange(600)
        #expect((readings.last?.ratio ?? 2) < 1)
        #expect(fixture.opened.count == 1)
        fixture.ordinary(300)
        _ = fixture.strange(70)
        #expect(fixture.opened.count == 1, "it is normal now")
    }

    @Test("an operator's \"normal\" teaches at once")
    func verdictNormal() throws {
        var fixture = try ModelFixture.live()
        _ = fixture.strange(42)
        let event = try #require(fixture.opened.last)
        var shown: [AnomalyFrame] = []
        for _ in 0..<60 { shown.append(fixture.frame(adding: [fixture.vector(5)])) }
        fixture.model.judge(.normal, during: TimeSpan(start: event.start, end: event.last), frames: shown)
        fixture.ordinary(200)
        _ = fixture.strange(70)
        #expect(fixture.opened.count == 1)
    }

    @Test("an operator's \"incident\" keeps it strange for ever and out of the false alarms")
    func verdictIncident() throws {
        var fixture = try ModelFixture.live()
        _ = fixture.strange(660)
        let event = try #require(fixture.closed.last?.event)
        #expect(fixture.model.achievedRate.alarms == 1)
        let shown = (0..<10).map { _ in fixture.frame(adding: [fixture.vector(5)]) }
        fixture.model.judge(.incident, during: TimeSpan(start: event.start, end: event.last), frames: shown)
        #expect(fixture.model.achievedRate.alarms == 0)
        _ = fixture.strange(900)
        fixture.ordinary(300)
        _ = fixture.strange(70)
        #expect(fixture.opened.count == 2, "though it lasted as long as a changed scene")
    }

    @Test("a switch to infrared is no event, and infrared has a normality of its own")
    func infrared() throws {
        var fixture = try ModelFixture.live()
        let dark = fixture.vector(6)
        let first = fixture.show(
            AnomalyFrame(
                encoding: FrameEncoding(
                    time: ModelFixture.time(fixture.seconds), looks: [.init(box: .whole, values: dark)]), chroma: 0))
        #expect(first == nil)
        #expect(fixture.opened.isEmpty)
    }

    @Test("a frame that is not later than the last is ignored")
    func time() throws {
        var fixture = try ModelFixture.live()
        let frame = fixture.frame()
        let first = fixture.model.observe(frame)
        let again = fixture.model.observe(frame)
        #expect(first != nil && again == nil)
    }

    @Test("the ceiling is enforced: a lower one raises the threshold")
    func ceiling() throws {
        var fixture = try ModelFixture.live()
        let before = fixture.model.threshold.value
        fixture.model.change(ceilingPerDay: 0.5)
        #expect(fixture.model.threshold.value > before)
        #expect(fixture.model.threshold.settings.ceilingPerDay == 0.5)
    }

    @Test("the ceiling decides how many of the same oddities alarm")
    func ceilings() throws {
        var alarms: [Int] = []
        for ceiling in [100.0, 10, 1] {
            var fixture = try ModelFixture(ceilingPerDay: ceiling)
            fixture.ordinary(3.2 * 86_400)
            #expect(fixture.model.phase == .live)
            for oddity in 0..<60 {
                _ = fixture.strange(28, axis: 2 + oddity % 6)
                fixture.ordinary(1500)
            }
            alarms.append(fixture.opened.count)
        }
        #expect(alarms[0] > alarms[1] && alarms[1] > alarms[2] && alarms[2] > 0, "\(alarms)")
    }

    @Test("a verdict is taken once, however often it comes, also across a restart")
    func verdictNumber() throws {
        var fixture = try ModelFixture.live()
        _ = fixture.strange(42)
        let event = try #require(fixture.opened.last)
        let span = TimeSpan(start: event.start, end: event.last)
        let shown = (0..<10).map { _ in fixture.frame(adding: [fixture.vector(5)]) }
        fixture.ordinary(300)
        let alarms = fixture.model.achievedRate.alarms
        for _ in 0..<3 { fixture.model.judge(.incident, during: span, frames: shown, number: 7) }
        #expect(fixture.model.achievedRate.alarms == alarms - 1 && fixture.model.lastVerdict == 7)
        var restored = try ModelFixture().model
        try restored.restore(try fixture.model.snapshot(), file: "x")
        #expect(restored.lastVerdict == 7)
    }

    @Test("of two verdicts on one event the last counts")
    func verdictTwice() throws {
        var fixture = try ModelFixture.live()
        _ = fixture.strange(42)
        let event = try #require(fixture.opened.last)
        let span = TimeSpan(start: event.start, end: event.last)
        let shown = (0..<60).map { _ in fixture.frame(adding: [fixture.vector(5)]) }
        fixture.model.judge(.incident, during: span, frames: shown, number: 1)
        fixture.model.judge(.normal, during: span, frames: shown, number: 2)
        fixture.ordinary(200)
        let before = fixture.opened.count
        _ = fixture.strange(70)
        #expect(fixture.opened.count == before)
    }

    @Test("a thing that is alone is compared as a thing, though the encoder looks at nothing else")
    func alone() throws {
        var fixture = try ModelFixture.live()
        let frame = AnomalyFrame(
            encoding: FrameEncoding(
                time: ModelFixture.time(fixture.seconds),
                looks: [.init(box: ModelFixture.place(0.6), values: fixture.vector(5))]), chroma: 20)
        let scores = fixture.model.scores(of: frame)
        #expect((scores.first { $0.lane == .normality }?.raw ?? 0) > 0.3)
        #expect((scores.first { $0.lane == .motion }?.raw ?? 0) > 0)
    }

    @Test("a clock that was set back stops nothing")
    func clockSetBack() throws {
        var fixture = try ModelFixture.live()
        let late = AnomalyFrame(encoding: fixture.frame().encoding, chroma: 20)
        _ = fixture.model.observe(late)
        fixture.model.restartClock()
        let early = FrameEncoding(time: ModelFixture.time(100), looks: late.encoding.looks)
        let reading = fixture.model.observe(AnomalyFrame(encoding: early, chroma: 20))
        #expect(reading?.phase == .live)
    }

    @Test("a drop ratio triggers by itself")
    func dropRatio() throws {
        var fixture = try ModelFixture()
        for _ in 0..<3000 {
            let frame = fixture.frame()
            _ = fixture.show(
                AnomalyFrame(encoding: frame.encoding, chroma: 20, dropRatio: 0.95 + 0.01 * Double.random(in: 0...1)))
        }
        let frame = fixture.frame()
        let scores = fixture.model.scores(of: AnomalyFrame(encoding: frame.encoding, chroma: 20, dropRatio: 0.1))
        let change = try #require(scores.first { $0.lane == .change })
        #expect(change.pValue < 1e-4)
    }

    @Test("weekdays and hours are named in the camera's time zone")
    func buckets() throws {
        let time = try #require(WallTime(rfc3339: "2026-01-06T02:30:00Z"))
        #expect(HourBucket(time, offset: 0, isInfrared: false).name == "Tuesday 02:00")
        #expect(HourBucket(time, offset: -3 * 3600, isInfrared: false).name == "Monday 23:00")
        let before = try #require(WallTime(rfc3339: "1969-12-31T23:30:00Z"))
        #expect(HourBucket(before, offset: 0, isInfrared: true).name == "Wednesday 23:00")
    }
}
