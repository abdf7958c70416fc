/// Where a stored time comes from, and so how far it can be trusted.
public enum ClockSource: String, Sendable, Codable, CaseIterable {
    /// A recording's own times, placed by its creation time, its modification time or by the user.
    case file
    /// The camera's clock, carried by RTCP sender reports.
    case camera
    /// This machine's clock at the moment of arrival.
    case arrival
    /// This machine's clock, known to be unset (as after a boot in 1970).
    case unset
}
