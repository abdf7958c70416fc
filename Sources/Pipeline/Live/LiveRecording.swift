public import Ingest

/// How a camera's footage is recorded.
public struct LiveRecording: Sendable {
    /// The stream that is recorded; nil when it is the one that is analysed, which then needs one connection.
    public let address: StreamAddress?
    /// Seconds of footage before an event that its clip shows.
    public let before: Double
    /// Seconds after it.
    public let after: Double

    /// Gathers the parts.
    public init(address: StreamAddress?, before: Double, after: Double) {
        (self.address, self.before, self.after) = (address, before, after)
    }
}
