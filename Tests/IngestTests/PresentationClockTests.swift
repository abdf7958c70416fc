import Ingest
import Testing

@Suite("Presentation clock", .timeLimit(.minutes(5)))
struct PresentationClockTests {
    private typealias Stamp = PresentationClock.Stamp

    /// A clock of milliseconds after `times`, and where it placed them.
    private func placed(_ times: [Int64?], duration: Int64 = 40) -> (clock: PresentationClock, stamps: [Stamp]) {
        var clock = PresentationClock(tick: 0.001)
        let stamps = times.map { clock.place($0, duration: duration) }
        return (clock, stamps)
    }

    @Test("keeps the container's times and counts the frames")
    func plain() {
        let (clock, stamps) = placed([1400, 1440, 1480])
        #expect(stamps.map(\.ticks) == [1400, 1440, 1480])
        #expect(stamps.map(\.sequence) == [0, 1, 2])
        #expect(clock.runs == 1 && clock.derivedTimes == 0 && clock.heldTimes == 0)
        #expect(abs(clock.mediaSeconds - 0.12) < 1e-9)
    }

    @Test("places frames without a time after their predecessor and counts them")
    func missing() {
        let (clock, stamps) = placed([nil, 40, nil, nil, 160])
        #expect(stamps.map(\.ticks) == [0, 40, 80, 120, 160])
        #expect(clock.derivedTimes == 3 && clock.runs == 1)
        #expect(placed([0, 40, nil], duration: 0).stamps.map(\.ticks) == [0, 40, 80])
    }

    @Test("holds small steps back, so that time never runs backwards in a run")
    func held() {
        let (clock, stamps) = placed([0, 40, 39, 120, 80, 160])
        #expect(stamps.map(\.ticks) == [0, 40, 40, 120, 120, 160])
        #expect(clock.heldTimes == 2 && clock.runs == 1)
    }

    @Test("starts a new run when time restarts, and media seconds add up")
    func restart() {
        let (clock, stamps) = placed([5000, 5040, 5080, 0, 40, 80])
        #expect(stamps.map(\.run) == [0, 0, 0, 1, 1, 1])
        #expect(stamps.map(\.sequence) == [0, 1, 2, 0, 1, 2])
        #expect(abs(clock.mediaSeconds - 0.24) < 1e-9)
        #expect(clock.runStart == 0 && abs(clock.finishedSeconds - 0.12) < 1e-9)
    }

    @Test("starts a new run after a gap of more than ten seconds, not before")
    func gap() {
        #expect(placed([0, 40, 10_079]).clock.runs == 1)
        #expect(placed([0, 40, 10_100]).clock.runs == 2)
    }

    @Test("reads a time lapse as one run")
    func timeLapse() {
        let times = (0..<20).map { Int64($0) * 30_000 }
        #expect(placed(times, duration: 30_000).clock.runs == 1)
        // Without stated durations the first step alone looks like a gap.
        #expect(placed(times, duration: 0).clock.runs == 2)
    }

    @Test("ends the last frame by the step before it when the stated duration is not believable")
    func lastDuration() {
        #expect(abs(placed([0, 40, 80], duration: 5).clock.mediaSeconds - 0.12) < 1e-9)
        #expect(abs(placed([0, 40, 80], duration: 4000).clock.mediaSeconds - 0.12) < 1e-9)
        #expect(abs(placed([0], duration: 40).clock.mediaSeconds - 0.04) < 1e-9)
    }

    @Test("survives times at the ends of the number line")
    func extremes() {
        let (clock, stamps) = placed([.max, .min + 1, .max, nil, 0, nil], duration: .max)
        #expect(stamps.count == 6)
        #expect(clock.mediaSeconds.isFinite)
    }
}
