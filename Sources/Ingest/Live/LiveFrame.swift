public import Base

/// A camera's frame with the moment it shows.
public struct LiveFrame: Sendable {
    /// Picture, presentation time, run.
    public let frame: Frame
    /// The moment in UTC.
    public let time: WallTime
    /// How the moment is known.
    public let clock: ClockSource
    /// How far off the moment may be, in seconds; nil when nothing is known.
    public let clockError: Double?
}
