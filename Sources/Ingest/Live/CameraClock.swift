package import Base

/// Places a camera's frames in UTC: by the camera's own clock when its sender reports can be believed, else by when the
/// frames arrive (docs/design/03-time.md). A value type; one connection has one.
///
/// Within a run the placement changes by at most 500 ppm, so that a span measured with it is true; only in a run's first
/// seconds, while the least delay is being found, it is corrected at once. Times never run backwards.
package struct CameraClock: Sendable {
    /// A frame's moment and how it is known.
    package struct Placement: Sendable, Equatable {
        /// The moment in UTC.
        package let time: WallTime
        /// The clock that it comes from.
        package let source: ClockSource
        /// How far off it may be, in seconds; nil when nothing is known (an unset clock).
        package let error: Double?
    }

    /// Seconds of a run in which corrections are taken at once.
    package static let settling = 10.0
    /// What lies between exposure and arrival: encoding and sending, in seconds.
    package static let leastArrivalError = 1.0
    /// What lies between exposure and the camera's time stamp, in seconds.
    package static let leastCameraError = 0.05
    /// 1990-01-01: a machine whose clock says less was never told the time.
    private static let earliest = WallTime(microseconds: 631_152_000_000_000)

    private var arrivals = ArrivalClock()
    private var reports: SenderReports
    private var run = -1
    private var runArrival = 0.0
    private var lastUptime = 0.0
    /// What is added to presentation seconds now.
    private var offset = 0.0
    private var believed: Double?
    private var last: WallTime?

    /// A clock for a stream with `tick` seconds a tick.
    package init(tick: Double) { reports = SenderReports(tick: tick) }

    /// Places the frame presented at `seconds` of `run` that arrived at `arrival`. `report` is the offset of the sender
    /// report in force, nil when there is none. Throws ``Step`` when this machine's clock was set since the frame before.
    package mutating func place(
        run: Int, seconds: Double, arrival: HostTime, report: Double?
    ) throws(Step) -> Placement {
        if let step = arrivals.note(run: run, seconds: seconds, arrival: arrival) { throw Step(seconds: step) }
        let uptime = arrival.uptime.inSeconds
        believed = nil
        if var report, reports.believes(&report, seconds: seconds, run: run, arrival: arrivals.offset) {
            believed = report
        }
        let target = believed ?? arrivals.offset
        if run != self.run {
            (self.run, runArrival, offset) = (run, uptime, target)
        } else if uptime - runArrival < Self.settling {
            offset = target
        } else {
            let most = ArrivalClock.drift * max(0, uptime - lastUptime)
            offset += min(max(target - offset, -most), most)
        }
        lastUptime = uptime
        return placement(seconds: seconds, remaining: abs(target - offset))
    }

    /// This machine's clock was set by these seconds.
    package struct Step: Error, Equatable {
        package let seconds: Double
    }

    private mutating func placement(seconds: Double, remaining: Double) -> Placement {
        let time = WallTime(microseconds: Int64(((seconds + offset) * 1e6).rounded()))
        let placed = last.map { max($0, time) } ?? time
        last = placed
        if placed < Self.earliest { return Placement(time: placed, source: .unset, error: nil) }
        guard let believed else {
            return Placement(time: placed, source: .arrival, error: Self.leastArrivalError + remaining)
        }
        let disagreement = abs(believed - arrivals.offset)
        return Placement(
            time: placed, source: .camera, error: max(Self.leastCameraError, disagreement) + remaining)
    }
}
