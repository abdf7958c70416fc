import Notify
import Testing

@Suite("When a delivery is tried again", .timeLimit(.minutes(10)))
struct RetryScheduleTests {
    private let schedule = RetrySchedule()

    private func wait(
        _ tries: Int, age: Duration = .zero, isTransient: Bool = true, asked: Duration? = nil, chance: Double = 0
    ) -> Duration? {
        schedule.wait(afterTry: tries, age: age, isTransient: isTransient, asked: asked, chance: chance)
    }

    @Test("the waits double from a second to a minute")
    func growth() {
        #expect((1...8).map { wait($0) } == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(wait(1_000_000) == .seconds(60))
    }

    @Test("chance takes at most half away")
    func jitter() {
        let waits = (0..<100).compactMap { wait(5, chance: Double($0) / 100) }
        #expect(waits.count == 100 && waits.allSatisfy { $0 > .seconds(8) && $0 <= .seconds(16) })
    }

    @Test("what the receiver asks for is waited, up to an hour")
    func asked() {
        #expect(wait(1, asked: .seconds(30)) == .seconds(30))
        #expect(wait(7, asked: .seconds(3), chance: 0) == .seconds(60))
        #expect(wait(1, asked: .seconds(100_000)) == .seconds(3600))
    }

    @Test("what can never succeed, or is a day old, is given up")
    func givenUp() {
        #expect(wait(1, isTransient: false) == nil)
        #expect(wait(1, age: .seconds(86_399)) != nil && wait(1, age: .seconds(86_400)) == nil)
    }
}
