import Base
import Grounding
import Testing

/// Each condition with spans that satisfy it and spans that just do not.
@Suite("condition matcher")
struct ConditionMatcherTests {
    private static func span(_ start: Double, _ end: Double) -> TimeSpan {
        let zero = WallTime(microseconds: 1_800_000_000_000_000)
        return TimeSpan(start: zero.advanced(bySeconds: start), end: zero.advanced(bySeconds: end))
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        /// Spans of the first, second … scene of the sentence.
        let scenes: [[(Double, Double)]]
        let expected: [(Double, Double)]
        var watched: [(Double, Double)] = [(0, 10_000)]
        var testDescription: String { "\(text) \(scenes)" }
    }

    private static let cases: [Case] = [
        Case(text: "a car stops", scenes: [[(5, 9), (20, 30)]], expected: [(5, 9), (20, 30)]),
        Case(text: "a car stops then a person gets out", scenes: [[(5, 9)], [(9.5, 12)]], expected: [(5, 12)]),
        Case(text: "a car stops then a person gets out", scenes: [[(9.5, 12)], [(5, 9)]], expected: []),
        Case(text: "a car stops then a person gets out", scenes: [[(5, 30)], [(10, 12)]], expected: []),
        Case(text: "a car stops then a person gets out", scenes: [[(5, 9)], [(700, 705)]], expected: []),
        Case(
            text: "a car stops then a person gets out within 20 seconds", scenes: [[(5, 9)], [(28, 31)]],
            expected: [(5, 31)]),
        Case(
            text: "a car stops then a person gets out within 20 seconds", scenes: [[(5, 9)], [(30, 33)]], expected: []),
        Case(
            text: "a car stops then a person gets out", scenes: [[(5, 9), (50, 55)], [(60, 62)]], expected: [(50, 62)]),
        Case(text: "a car stops before a person waves", scenes: [[(5, 9)], [(10, 12)]], expected: [(5, 12)]),
        Case(text: "a car stops after a person waves", scenes: [[(10, 12)], [(5, 9)]], expected: []),
        Case(text: "a car stops after a person waves", scenes: [[(5, 9)], [(10, 12)]], expected: [(5, 12)]),
        Case(text: "a car stops while a person waves", scenes: [[(5, 20)], [(10, 30)]], expected: [(10, 20)]),
        Case(text: "a car stops while a person waves", scenes: [[(5, 10)], [(10, 30)]], expected: []),
        Case(
            text: "a person falls or a car crashes", scenes: [[(5, 10)], [(8, 12), (20, 21)]],
            expected: [(5, 12), (20, 21)]),
        Case(
            text: "a person loiters for more than 2 minutes", scenes: [[(0, 119), (200, 330)]], expected: [(200, 330)]),
        Case(
            text: "a person loiters for more than 2 minutes", scenes: [[(10, 170)]], expected: [],
            watched: [(0, 100), (110, 1000)]),
        Case(text: "a door is open for less than 10 seconds", scenes: [[(5, 12), (20, 40)]], expected: [(5, 12)]),
        Case(
            text: "a door is open for less than 10 seconds", scenes: [[(0, 5), (95, 100)]], expected: [],
            watched: [(0, 100)]),
        Case(text: "a person without a helmet", scenes: [[(5, 20), (40, 60)], [(10, 15)]], expected: [(40, 60)]),
        Case(text: "a person without a helmet", scenes: [[(5, 20)], [(0, 100)]], expected: []),
        Case(
            text: "nobody is at the counter for 1 minute", scenes: [[(30, 40), (90, 120)]], expected: [(120, 300)],
            watched: [(0, 300)]),
        Case(text: "nobody is at the counter for 1 minute", scenes: [[]], expected: [], watched: [(0, 50), (55, 100)]),
        Case(text: "a car passes twice", scenes: [[(0, 5), (100, 105)]], expected: [(0, 105)]),
        Case(text: "a car passes twice", scenes: [[(0, 5)]], expected: []),
        Case(text: "a car passes twice", scenes: [[(0, 5), (900, 905)]], expected: []),
        Case(
            text: "a car passes 3 times within a minute", scenes: [[(0, 5), (30, 35), (58, 65), (70, 71)]],
            expected: [(0, 65)]),
        Case(text: "a car passes 3 times within a minute", scenes: [[(0, 5), (30, 35), (65, 70)]], expected: []),
        Case(
            text: "a car stops while no one is there", scenes: [[(10, 50)], [(0, 20), (45, 60)]], expected: [(20, 45)]),
    ]

    @Test("a condition holds exactly where its sentence says", arguments: cases)
    private func matches(item: Case) throws {
        let condition = try WatchRequest(item.text).condition
        #expect(condition.scenes.count == item.scenes.count, "\(condition)")
        let scenes = zip(condition.scenes, item.scenes).map { ($0, $1.map { Self.span($0.0, $0.1) }) }
        let found = ConditionMatcher().matches(
            condition, scenes: Dictionary(uniqueKeysWithValues: scenes),
            watched: item.watched.map { Self.span($0.0, $0.1) })
        #expect(found.map(\.during) == item.expected.map { Self.span($0.0, $0.1) }, "\(condition)")
    }

    @Test("a sequence across time that nobody watched says so")
    func interrupted() throws {
        let condition = try WatchRequest("a car stops then a person gets out").condition
        let scenes = ["a car stops": [Self.span(5, 9)], "a person gets out": [Self.span(20, 25)]]
        let found = ConditionMatcher().matches(
            condition, scenes: scenes, watched: [Self.span(0, 12), Self.span(15, 100)])
        #expect(found.map(\.isInterrupted) == [true])
        let whole = ConditionMatcher().matches(condition, scenes: scenes, watched: [Self.span(0, 100)])
        #expect(whole.map(\.isInterrupted) == [false])
    }

    @Test("hours are cut out of every day, past midnight and across a change of the clock")
    func hours() throws {
        let day = 86_400.0
        let epoch = WallTime(microseconds: 0)
        let span = TimeSpan(start: epoch, end: epoch.advanced(bySeconds: 2 * day))
        let night = try #require(ActiveHours(startMinute: 1320, endMinute: 360))
        let parts = night.parts(of: span) { _ in 0 }
        #expect(
            parts.map { [$0.start.seconds(since: epoch) / 3600, $0.end.seconds(since: epoch) / 3600] }
                == [[0, 6], [22, 30], [46, 48]])
        let east = night.parts(of: span) { _ in 7200 }
        #expect(east.first?.end.seconds(since: epoch) == 14_400.0)
        let allDay = try #require(ActiveHours(startMinute: 0, endMinute: 1440))
        #expect(allDay.parts(of: span) { _ in 3600 } == [span])
        // The clock goes forward an hour on the second day.
        let change = night.parts(of: span) { $0.seconds(since: epoch) > day ? 3600 : 0 }
        #expect(change.map { $0.start.seconds(since: epoch) / 3600 } == [0, 22, 45])
        #expect(ActiveHours(startMinute: 60, endMinute: 60) == nil)
    }
}
