public import Base

/// A camera's frame with the moment it shows.
public struct LiveFrame: Sendable {
    /// Picture, presentation time, run.
    public let frame: Frame
    /// The moment by this machine's clock.
    public let time: WallTime
    /// How the moment is known.
    public let clock: ClockSource
}
