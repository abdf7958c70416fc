import Base
import Ingest
import Testing

@Suite("Times of a camera", .timeLimit(.minutes(10)))
struct CameraClockTests {
    private static let tick = 1.0 / 90_000
    private let boot = WallTime(microseconds: 1_800_000_000_000_000)

    private struct Shown {
        let presented: Double
        let arrived: Double
        var run = 0
        /// Seconds since boot that the camera's report gives the frame.
        var reported: Double?
    }

    /// The moment `uptime` seconds after boot, by a wall clock that is `set` seconds off.
    private func host(_ uptime: Double, set: Double = 0) -> HostTime {
        HostTime(wall: boot.advanced(bySeconds: uptime + set), uptime: .seconds(uptime))
    }

    private var bootSeconds: Double { Double(boot.microseconds) / 1e6 }

    private func placements(_ frames: [Shown]) throws -> [CameraClock.Placement] {
        var clock = CameraClock(tick: Self.tick)
        return try frames.map { frame in
            try clock.place(
                run: frame.run, seconds: frame.presented, arrival: host(frame.arrived),
                report: frame.reported.map { bootSeconds + $0 - frame.presented })
        }
    }

    /// Seconds after boot at which each frame is placed.
    private func places(_ frames: [Shown]) throws -> [Double] {
        try placements(frames).map { $0.time.seconds(since: boot) }
    }

    @Test("begin with the first frame's arrival")
    func first() throws {
        #expect(try places([Shown(presented: 7, arrived: 100)]) == [100])
    }

    @Test("follow presentation time, whatever the network does to single frames")
    func jitter() throws {
        let arrivals = [100, 101.3, 102, 103.4, 104]
        let places = try places(arrivals.enumerated().map { Shown(presented: Double($0), arrived: $1) })
        for (place, expected) in zip(places, [100.0, 101, 102, 103, 104]) { #expect(abs(place - expected) < 0.003) }
    }

    @Test("get better when a frame comes with less delay, and never run backwards")
    func lessDelay() throws {
        let frames = [(0, 101), (0.5, 101), (1, 101), (1.5, 101.5)].map { Shown(presented: $0, arrived: $1) }
        #expect(try places(frames) == [101, 101, 101, 101.5])
    }

    @Test("are corrected by at most 500 ppm once a run has settled")
    func slew() throws {
        // The network gets 0.3 s faster after a minute.
        let frames = (0..<1200).map { number -> Shown in
            let second = Double(number)
            return Shown(presented: second, arrived: 100 + second + (number < 60 ? 0.3 : 0))
        }
        let placed = try placements(frames)
        let seconds = placed.map { $0.time.seconds(since: boot) }
        for (a, b) in zip(seconds, seconds.dropFirst()) { #expect(abs(b - a - 1) < 502e-6) }
        #expect(abs(seconds[1199] - 1299) < 0.01)
        // What is still to be corrected is told.
        #expect(placed[61].error.map { abs($0 - 1.3) < 0.01 } == true)
        #expect(placed[1199].error.map { abs($0 - 1) < 0.01 } == true)
    }

    @Test("follow a camera whose clock is slow")
    func drift() throws {
        // 100 s an hour would be 2.8 %; crystals differ by some 1e-5: 0.01 % here.
        let frames = (0..<3600).map { Shown(presented: Double($0), arrived: 100 + Double($0) * 1.0001) }
        #expect(abs(try places(frames)[3599] - (100 + 3599 * 1.0001)) < 0.001)
    }

    @Test("start again with a new run")
    func runs() throws {
        let frames = [Shown(presented: 50, arrived: 100), Shown(presented: 3650, arrived: 101, run: 1)]
        #expect(try places(frames) == [100, 101])
    }

    @Test("notice that the wall clock was set, and follow one that is disciplined")
    func steps() throws {
        var clock = CameraClock(tick: Self.tick)
        _ = try clock.place(run: 0, seconds: 0, arrival: host(100), report: nil)
        let next = try clock.place(run: 0, seconds: 1, arrival: host(101, set: 0.2), report: nil)
        #expect(abs(next.time.seconds(since: boot) - 101.2) < 0.001)
        for (set, expected) in [(3600.0, 3599.8), (-3600, -3600.2)] {
            do throws(CameraClock.Step) {
                _ = try clock.place(run: 0, seconds: 2, arrival: host(102, set: set), report: nil)
                Issue.record("a step of \(set) s went unnoticed")
            } catch {
                #expect(abs(error.seconds - expected) < 0.001)
            }
        }
    }

    @Test("of a machine that was never told the time are marked")
    func unset() throws {
        var clock = CameraClock(tick: Self.tick)
        let arrival = HostTime(wall: WallTime(microseconds: 40_000_000), uptime: .seconds(40))
        let placement = try clock.place(run: 0, seconds: 0, arrival: arrival, report: nil)
        #expect(placement.source == .unset && placement.error == nil)
    }

    @Test("come from the camera when its reports can be true")
    func reports() throws {
        let frames = (0..<20).map { second in
            Shown(
                presented: Double(second), arrived: 100.25 + Double(second),
                reported: second < 3 ? nil : 100 + Double(second))
        }
        let placed = try placements(frames)
        #expect(placed.map(\.source) == Array(repeating: .arrival, count: 3) + Array(repeating: .camera, count: 17))
        for (index, placement) in placed.enumerated().dropFirst(3) {
            #expect(abs(placement.time.seconds(since: boot) - 100 - Double(index)) < 0.001)
            #expect(placement.error.map { abs($0 - 0.25) < 0.01 } == true, "both clocks are 0.25 s apart")
        }
    }

    @Test(
        "come from arrival when the reports cannot be true",
        arguments: [3600, -3600, -1_800_000_000, 0.7, -2.5] as [Double])
    func wrongReports(by error: Double) throws {
        let frames = (0..<20).map { second in
            Shown(presented: Double(second), arrived: 100 + Double(second), reported: 100 + Double(second) + error)
        }
        #expect(try placements(frames).allSatisfy { $0.source == .arrival })
        #expect(try places(frames).enumerated().allSatisfy { abs($1 - 100 - Double($0)) < 0.01 })
    }

    @Test("come from arrival when one report contradicts the other, or all repeat one moment")
    func contradiction() throws {
        let jumping = (0..<30).map { number -> Shown in
            let second = Double(number)
            let error = number / 5 % 2 == 0 ? 0 : 0.4
            return Shown(presented: second, arrived: 100 + second, reported: 100 + second - error)
        }
        #expect(try placements(jumping).dropFirst(5).allSatisfy { $0.source == .arrival })
        let stuck = (0..<30).map { number -> Shown in
            let second = Double(number)
            return Shown(presented: second, arrived: 100 + second, reported: 100 + Double(number % 5))
        }
        #expect(try placements(stuck).dropFirst(5).allSatisfy { $0.source == .arrival })
    }

    @Test("go on when the RTP clock wraps between a report and a frame")
    func wrap() throws {
        let turn = 4_294_967_296.0 * Self.tick
        let frames = (0..<20).map { number -> Shown in
            let second = Double(number)
            let isBetween = number >= 10 && number < 13
            return Shown(
                presented: second, arrived: 100.1 + second, reported: 100 + second - (isBetween ? turn : 0))
        }
        #expect(try placements(frames).allSatisfy { $0.source == .camera })
        #expect(try places(frames).enumerated().allSatisfy { abs($1 - 100 - Double($0)) < 0.001 })
    }

    @Test("are not pulled along when a camera's times jump and its report comes later")
    func jump() throws {
        let frames = (0..<20).map { number -> Shown in
            // Presentation time jumps an hour at 10 s; until the next report the camera's clock seems to jump as well.
            let second = Double(number)
            let hour = number < 10 ? 0.0 : 3600.0
            let seeming = number >= 10 && number < 13 ? 3600.0 : 0
            return Shown(
                presented: second + hour, arrived: 100.1 + second, run: number < 10 ? 0 : 1,
                reported: 100 + second + seeming)
        }
        let sources = try placements(frames).map(\.source)
        #expect(sources[9] == .camera && sources[10] == .arrival && sources[13] == .camera)
        #expect(try places(frames).enumerated().allSatisfy { abs($1 - 100 - Double($0)) < 0.11 })
    }
}
