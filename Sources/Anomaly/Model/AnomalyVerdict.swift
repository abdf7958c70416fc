/// What an operator said about an alarm.
public enum AnomalyVerdict: String, Sendable, Codable {
    /// It was nothing: its frames are normal from now on.
    case normal
    /// It was an incident: its frames never become normal, and it does not count as a false alarm.
    case incident
}
