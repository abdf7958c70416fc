/// What a camera says about its own clock in RTCP sender reports (RFC 3550, section 6.4.1), and whether to believe it.
///
/// A report pairs a moment of the camera's clock with a presentation time, so it comes here as an *offset*: seconds of
/// UTC less presentation seconds. It is believed when the frames that it places could have arrived when they did, and
/// when it goes on as the report before: cameras exist that send their time since boot, local time, or one moment again
/// and again. A value type; one connection has one.
package struct SenderReports: Sendable {
    /// A frame may not be later than its arrival by more than this, in seconds: clocks disagree a little.
    package static let ahead = 0.5
    /// Nor earlier by more than this: a camera that takes longer to encode and send is rarer than one whose clock is wrong.
    package static let behind = 2.0
    /// Two reports may disagree by this much at once, in seconds …
    package static let jitter = 0.1
    /// … and by ``ArrivalClock/drift`` for the time between them.
    private static let drift = ArrivalClock.drift
    /// RTP counts in 32 bits; libavformat does not undo a wrap between a report and a packet.
    private static let wrapTicks = 4_294_967_296.0

    /// Seconds after which RTP times of `tick` seconds begin again.
    private let wrap: Double
    private var last: (offset: Double, seconds: Double, run: Int)?
    private var isRefuted = false

    /// Reports of a stream with `tick` seconds a tick.
    package init(tick: Double) { wrap = Self.wrapTicks * tick }

    /// Takes note of a report that was in force at `seconds` of `run`, and says whether it counts. `arrival` is the
    /// offset that the frames' arrival gives.
    package mutating func believes(_ offset: inout Double, seconds: Double, run: Int, arrival: Double) -> Bool {
        // Around a wrap of the RTP clock report and packet are a whole turn apart.
        offset -= ((offset - arrival) / wrap).rounded() * wrap
        guard (-Self.behind...Self.ahead).contains(offset - arrival) else { return false }
        if let last, last.run == run {
            let allowed = Self.jitter + Self.drift * abs(seconds - last.seconds)
            if abs(offset - last.offset) > allowed { isRefuted = true }
        }
        last = (offset, seconds, run)
        return !isRefuted
    }
}
