import Base
import Ingest
import Testing

@Suite("Times of arrival", .timeLimit(.minutes(1)))
struct ArrivalClockTests {
    private let boot = WallTime(microseconds: 1_800_000_000_000_000)

    /// The moment `uptime` seconds after boot, by a wall clock that is `set` seconds off.
    private func host(_ uptime: Double, set: Double = 0) -> HostTime {
        HostTime(wall: boot.advanced(bySeconds: uptime + set), uptime: .seconds(uptime))
    }

    /// Seconds after boot at which the clock puts each frame of `run` presented and arrived at these seconds.
    private func places(_ frames: [(presented: Double, arrived: Double)]) -> [Double] {
        var clock = ArrivalClock()
        return frames.map { frame in
            #expect(clock.note(run: 0, seconds: frame.presented, arrival: host(frame.arrived)) == nil)
            return clock.wallTime(ofSeconds: frame.presented).seconds(since: boot)
        }
    }

    @Test("begin with the first frame's arrival")
    func first() {
        #expect(places([(7, 100)]) == [100])
    }

    @Test("follow presentation time, whatever the network does to single frames")
    func jitter() {
        let places = places([(0, 100), (1, 101.3), (2, 102), (3, 103.4), (4, 104)])
        for (place, expected) in zip(places, [100.0, 101, 102, 103, 104]) { #expect(abs(place - expected) < 0.003) }
    }

    @Test("get better when a frame comes with less delay, and never run backwards")
    func lessDelay() {
        let places = places([(0, 101), (0.5, 101), (1, 101), (1.5, 101.5)])
        #expect(places == [101, 101, 101, 101.5])
    }

    @Test("follow a camera whose clock is slow")
    func drift() {
        // 100 s an hour would be 2.8 %; crystals differ by some 1e-5: 0.01 % here.
        let places = places((0..<3600).map { (Double($0), 100 + Double($0) * 1.0001) })
        #expect(abs(places[3599] - (100 + 3599 * 1.0001)) < 0.001)
    }

    @Test("start again with a new run")
    func runs() {
        var clock = ArrivalClock()
        _ = clock.note(run: 0, seconds: 50, arrival: host(100))
        #expect(clock.wallTime(ofSeconds: 50) == boot.advanced(bySeconds: 100))
        _ = clock.note(run: 1, seconds: 0, arrival: host(101))
        #expect(clock.wallTime(ofSeconds: 0) == boot.advanced(bySeconds: 101))
    }

    @Test("notice that the wall clock was set, and follow one that is disciplined")
    func steps() {
        var clock = ArrivalClock()
        _ = clock.note(run: 0, seconds: 0, arrival: host(100))
        #expect(clock.note(run: 0, seconds: 1, arrival: host(101, set: 0.2)) == nil)
        #expect(abs(clock.wallTime(ofSeconds: 1).seconds(since: boot) - 101.2) < 0.001)
        let step = clock.note(run: 0, seconds: 2, arrival: host(102, set: 3600))
        #expect(abs((step ?? 0) - 3599.8) < 0.001)
        #expect(abs((clock.note(run: 0, seconds: 3, arrival: host(103, set: -3600)) ?? 0) + 3600.2) < 0.001)
    }
}
