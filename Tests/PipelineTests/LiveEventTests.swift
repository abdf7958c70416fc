import Anomaly
import Base
import Grounding
import Pipeline
import Testing

@Suite("Events of a live camera")
struct LiveEventTests {
    private static let quiet = [Float](repeating: 0, count: 12)

    @Test("an event is told when it opens, while it grows, when it closes and when nothing can change it")
    func stages() throws {
        var assembler = try assembler(["q"])
        let told = try play([0, 0, 0] + [Float](repeating: 0.9, count: 20) + Self.quiet + Self.quiet, &assembler)
        #expect(told.first?.stage == .opened && told.map(\.stage).suffix(2) == [.closed, .settled])
        #expect(Set(told.map(\.stage)).count == 4 && told.count < 10)
        #expect(Set(told.map(\.firstEvidence)) == [time(3)])
        #expect(told.allSatisfy { $0.event.isOpen == [.opened, .extended].contains($0.stage) })
        let opened = try #require(told.first)
        #expect(opened.event.during.end.seconds(since: time(3)) <= 3)
        let ends = told.filter { $0.stage != .closed && $0.stage != .settled }.map(\.event.during.end)
        #expect(ends == ends.sorted())
        let settled = try #require(told.last).event
        #expect(settled.during == TimeSpan(start: time(2.5), end: time(22.5)))
    }

    @Test("what is settled live is what a recording's events are")
    func sameAsRecording() throws {
        let curve: [Float] =
            Self.quiet + [0.9, 0.95, 0.8, 0.9] + Self.quiet + Self.quiet + [0.9, 0.9, 0.9] + Self.quiet
        var live = try assembler(["q"])
        var recording = try assembler(["q"], .settledOnly)
        var (told, found) = (try play(curve, &live), try play(curve, &recording))
        told += live.finish(at: time(Double(curve.count)))
        found += recording.finish(at: time(Double(curve.count)))
        #expect(found.count == 2 && found.allSatisfy { $0.stage == .settled })
        #expect(told.filter { $0.stage == .settled } == found)
    }

    @Test("when nothing is seen any more, open events end at their last evidence, and none goes on afterwards")
    func interruption() throws {
        var assembler = try assembler(["q"])
        _ = try play([0, 0.9, 0.9, 0.9, 0.9], &assembler)
        let told = assembler.interrupt()
        #expect(told.map(\.stage) == [.closed, .settled])
        #expect(told.allSatisfy { $0.event.during.end <= time(5) && !$0.event.isOpen })
        #expect(assembler.interrupt() == [])
        // The same thing two seconds later is another event, which does not reach back over the pause.
        let after = try play([0.9, 0.9, 0.9], &assembler, from: 7)
        #expect(after.first?.stage == .opened && after.first?.firstEvidence == time(7))
        #expect(try #require(after.first).event.during.start == time(7))
    }

    @Test("changing the queries ends the events of those that go and leaves the others'")
    func replacing() throws {
        var assembler = try assembler(["a", "b"])
        for second in 0..<5 { _ = assembler.advance(try frame(Double(second), [0.9, 0.9])) }
        let told = assembler.replaceQueries([Query("c"), Query("b")])
        #expect(told.map(\.stage) == [.closed, .settled])
        #expect(told.allSatisfy { $0.event.source == .query(name: "a", text: "a") })
        var later: [EventTelling] = []
        for second in 5..<40 {
            later += assembler.advance(try frame(Double(second), second < 10 ? [0, 0.9] : [0, 0]))
        }
        let settled = try #require(later.first { $0.stage == .settled }).event
        #expect(later.allSatisfy { $0.event.source == .query(name: "b", text: "b") })
        #expect(settled.during == TimeSpan(start: time(0), end: time(9.5)))
    }

    @Test("an event that lasts for hours is told again at most once a minute after its first ten")
    func pace() throws {
        var assembler = try assembler(["q"])
        let told = try play([Float](repeating: 0.9, count: 7200), &assembler)
        #expect(told.count < 150 && told.count > 100)
    }

    private func assembler(
        _ queries: [String], _ detail: EventAssembler.Detail = .everything
    ) throws -> EventAssembler {
        EventAssembler(
            camera: try #require(CameraID("gate")), clock: .arrival, period: 1, queries: queries.map { Query($0) },
            constants: .unfitted, detail: detail)
    }

    private func play(
        _ curve: [Float], _ assembler: inout EventAssembler, from start: Double = 0
    ) throws -> [EventTelling] {
        try curve.enumerated().flatMap { second, value in
            assembler.advance(try frame(start + Double(second), [value]))
        }
    }

    private func frame(_ seconds: Double, _ saliency: [Float]) throws -> ScoredFrame {
        ScoredFrame(time: time(seconds), saliency: saliency.map { Saliency(value: $0, box: .whole) }, anomaly: nil)
    }

    private func time(_ seconds: Double) -> WallTime { WallTime(microseconds: 0).advanced(bySeconds: seconds) }
}
