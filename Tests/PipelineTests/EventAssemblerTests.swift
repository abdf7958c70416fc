import Anomaly
import Base
import Foundation
import Grounding
import Pipeline
import Testing

@Suite("Event assembler")
struct EventAssemblerTests {
    private static let constants = GroundingConstants.unfitted

    @Test("an event's ends lie half-way to the frames outside it, and say so")
    func ends() throws {
        let events = try events(saliency: [0, 0, 0, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0, 0, 0])
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.during.start == time(2.5) && event.during.end == time(6.5))
        #expect(event.startError == 0.5 && event.endError == 0.5)
        #expect(abs(event.score - 0.9) < 1e-6)
        #expect(!event.isOpen && event.clock == .file)
        #expect(event.source == .query(name: "q", text: "q"))
    }

    @Test("a short dip does not split an event, a long one does")
    func dips() throws {
        let short = try events(saliency: [0, 0.9, 0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0, 0])
        #expect(short.count == 1)
        let long = try events(
            saliency: [0, 0.9, 0.9, 0.9] + [Float](repeating: 0, count: 20) + [0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0])
        #expect(long.count == 2)
    }

    @Test("an event at the recording's very end is not lost and ends with the recording")
    func atTheEnd() throws {
        let events = try events(saliency: [0, 0, 0, 0, 0.9, 0.9, 0.9])
        let event = try #require(events.first)
        #expect(event.during.start == time(3.5) && event.during.end == time(6.5))
    }

    @Test("an event from the first frame begins with the recording")
    func atTheBeginning() throws {
        let event = try #require(try events(saliency: [0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0, 0]).first)
        #expect(event.during.start == time(0) && event.startError == 0)
    }

    @Test("a gap in the frames ends an event at its last evidence")
    func gap() throws {
        let times = [0, 1, 2, 3, 4, 60, 61, 62].map(Double.init)
        let events = try events(saliency: [0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], times: times)
        #expect(events.count == 2)
        #expect(events[0].during.end <= time(5) && events[1].during.start >= time(59))
    }

    @Test("an anomaly event carries the score, the place and the lane")
    func anomaly() throws {
        var assembler = try assembler()
        let corner = Box(left: 0.5, top: 0, right: 1, bottom: 0.5)
        var events: [Event] = []
        for second in 0..<40 {
            let isOdd = (10..<14).contains(second)
            let anomaly = AnomalyScore(
                value: isOdd ? 0.5 : 0.01, pValue: isOdd ? 0.02 : 0.9, ratio: isOdd ? 2.5 : 0.05, lane: .motion,
                box: corner, explanation: nil)
            events += assembler.advance(frame(Double(second), 0, anomaly)).map(\.event)
        }
        events += assembler.finish(at: time(40)).map(\.event)
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.source == .anomaly(lane: "motion"))
        #expect(event.anomalyScore == 0.5 && event.box == corner)
        #expect(event.during.start == time(9.5) && event.during.end == time(13.5))
    }

    @Test("says in words what an event is, and where")
    func description() throws {
        let event = try #require(try events(saliency: [0, 0, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0]).first)
        #expect(
            TemplateDescription.text(of: event)
                == "Matches “q” for 3.0 s, at the top left (probability 0.90).")
    }

    private func events(saliency: [Float], times: [Double]? = nil) throws -> [Event] {
        var assembler = try assembler()
        let times = times ?? saliency.indices.map(Double.init)
        var events: [Event] = []
        for (second, value) in zip(times, saliency) {
            events += assembler.advance(frame(second, value, nil)).map(\.event)
        }
        return events + assembler.finish(at: time((times.last ?? 0) + 0.5)).map(\.event)
    }

    private func assembler() throws -> EventAssembler {
        EventAssembler(
            camera: try #require(CameraID("gate")), clock: .file, period: 1, queries: [Query("q")],
            constants: Self.constants)
    }

    private func frame(_ second: Double, _ saliency: Float, _ anomaly: AnomalyScore?) -> ScoredFrame {
        let box = Box(left: 0, top: 0, right: 0.2, bottom: 0.2)
        return ScoredFrame(time: time(second), saliency: [Saliency(value: saliency, box: box)], anomaly: anomaly)
    }

    private func time(_ second: Double) -> WallTime { WallTime(microseconds: Int64(second * 1e6)) }
}
