/// Gives every decoded frame its honest presentation time (docs/design/03-time.md).
///
/// Times come from the container; declared frame rates are never used. A frame without a time is placed after its
/// predecessor. Small steps back are held, large ones and long gaps start a new run.
package struct PresentationClock {
    /// Where one frame lies.
    package struct Stamp: Equatable {
        /// Presentation time in stream ticks, never before the run's previous frame.
        package let ticks: Int64
        /// Number of the run, from 0.
        package let run: Int
        /// Number of the frame in its run, from 0.
        package let sequence: Int
    }

    /// Times this far back, in seconds, are held at the previous frame's time: rounding and muxers that mix up
    /// neighbours. Anything further back is a restart.
    package static let heldBack = 0.5
    /// A gap longer than this, in seconds, starts a new run (FFmpeg's `-dts_delta_threshold` has the same 10 s) …
    package static let longestGap = 10.0
    /// … unless it is no longer than this many times the previous step, as in a time lapse.
    package static let regularStep = 4.0

    /// Seconds a tick.
    package let tick: Double

    package private(set) var runs = 0
    /// Frames placed after their predecessor because the container gave no time.
    package private(set) var derivedTimes = 0
    /// Frames whose time lay a little before their predecessor's.
    package private(set) var heldTimes = 0
    /// Time of the current run's first frame.
    package private(set) var runStart: Int64 = 0
    /// Seconds of media in the runs before the current one.
    package private(set) var finishedSeconds = 0.0

    private var last: Int64 = 0
    private var lastDuration: Int64 = 0
    private var lastStep: Int64 = 0
    private var sequence = 0

    /// A clock for a stream of `tick` seconds a tick.
    package init(tick: Double) { self.tick = tick }

    /// Seconds of media so far: per run from the first frame's time to the end of the last frame.
    package var mediaSeconds: Double { finishedSeconds + runSeconds }

    /// Places the next frame in presentation order. `presented` is the container's time in ticks, nil when it gives
    /// none; `duration` the container's, 0 when unknown.
    package mutating func place(_ presented: Int64?, duration: Int64) -> Stamp {
        if runs == 0 {
            start(at: presented ?? 0, duration)
            if presented == nil { derivedTimes += 1 }
            return Stamp(ticks: last, run: 0, sequence: 0)
        }
        var time = presented ?? derivedTime
        if presented == nil { derivedTimes += 1 }
        let (step, overflow) = time.subtractingReportingOverflow(last)
        if overflow || isDiscontinuity(step) {
            finishedSeconds += runSeconds
            if !overflow, step > 0 { lastStep = step }
            start(at: time, duration)
            return Stamp(ticks: time, run: runs - 1, sequence: 0)
        }
        if step > 0 {
            lastStep = step
        } else {
            heldTimes += step < 0 ? 1 : 0
            time = last
        }
        (last, lastDuration) = (time, max(0, duration))
        sequence += 1
        return Stamp(ticks: time, run: runs - 1, sequence: sequence)
    }

    private var derivedTime: Int64 {
        let (time, overflow) = last.addingReportingOverflow(lastDuration > 0 ? lastDuration : lastStep)
        return overflow ? last : time
    }

    private var runSeconds: Double { runs == 0 ? 0 : (Double(last) - Double(runStart) + Double(shownDuration)) * tick }

    /// How long the last frame is shown. A stated duration that is not within ¾ to double of the step before it
    /// (a field's, a declared frame rate's) gives way to that step.
    private var shownDuration: Int64 {
        guard lastStep > 0, sequence > 0 else {
            return Double(lastDuration) * tick <= Self.longestGap ? lastDuration : 0
        }
        let isBelievable = lastDuration >= lastStep / 4 * 3 && lastDuration / 2 <= lastStep
        return lastDuration > 0 && isBelievable ? lastDuration : lastStep
    }

    private mutating func start(at time: Int64, _ duration: Int64) {
        runs += 1
        (runStart, last, lastDuration, sequence) = (time, time, max(0, duration), 0)
    }

    private func isDiscontinuity(_ step: Int64) -> Bool {
        let seconds = Double(step) * tick
        if seconds < -Self.heldBack { return true }
        let gap = seconds - Double(lastDuration) * tick
        return gap > Self.longestGap && seconds > Self.regularStep * Double(lastStep) * tick
    }
}
