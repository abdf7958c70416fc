import Ingest
import Testing

@Suite("Waiting before a camera is tried again", .timeLimit(.minutes(10)))
struct BackoffTests {
    /// Waits of a camera that is away from 0 s on, each attempt failing after `attempt`.
    private func waits(
        for outage: Duration, chance: Double = 0, isUnauthorized: Bool = false, attempt: Duration = .zero
    ) -> [Duration] {
        var backoff = Backoff()
        var (now, waits): (Duration, [Duration]) = (.zero, [])
        while now < outage {
            waits.append(backoff.wait(afterFailureAt: now, isUnauthorized: isUnauthorized, chance: chance))
            now += waits[waits.count - 1] + attempt
        }
        return waits
    }

    @Test("begins with a second, grows exponentially and stops at a minute")
    func growth() {
        let day = waits(for: .seconds(86_400))
        #expect(day[..<33].allSatisfy { $0 == .seconds(1) })
        #expect(zip(day, day.dropFirst()).allSatisfy { $0 <= $1 && $1 <= $0 * 1.06 })
        #expect(day.last == .seconds(60) && day.count < 1600)
    }

    @Test("finds a camera again within a second or 3 % of its absence", arguments: [2, 20, 200, 1000])
    func promptness(seconds: Int) {
        let end = waits(for: .seconds(seconds)).reduce(.zero, +)
        #expect(end - .seconds(seconds) <= max(.seconds(1), .seconds(seconds) / 32))
    }

    @Test("lets chance take at most half away")
    func jitter() {
        #expect(waits(for: .seconds(1), chance: 0.999).allSatisfy { $0 >= .milliseconds(500) && $0 < .seconds(1) })
    }

    @Test("waits a minute after a wrong password")
    func unauthorized() {
        #expect(waits(for: .seconds(600), isUnauthorized: true).allSatisfy { $0 == .seconds(60) })
    }

    @Test("forgets an outage after a minute of health, not before")
    func health() {
        func wait(afterLiving life: Duration) -> Duration {
            var backoff = Backoff()
            _ = backoff.wait(afterFailureAt: .zero, isUnauthorized: false, chance: 0)
            backoff.connected(at: .seconds(400))
            return backoff.wait(afterFailureAt: .seconds(400) + life, isUnauthorized: false, chance: 0)
        }
        #expect(wait(afterLiving: .seconds(60)) == .seconds(1))
        #expect(wait(afterLiving: .seconds(59)) > .seconds(12))
    }

    @Test("refuses impossible policies")
    func policies() {
        #expect(Backoff.Policy().validate() == [])
        #expect(Backoff.Policy(shortest: .zero, growth: 0, jitter: 1).validate().count == 3)
        #expect(StreamConfiguration(openTimeout: .zero).validate().count == 1)
    }
}
