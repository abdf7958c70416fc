/// Which changes are worth telling a receiver, and when.
public struct NotificationPolicy: Sendable, Equatable {
    /// A part of the day, in minutes from midnight by the local clock; it may run past midnight.
    public struct QuietHours: Sendable, Equatable {
        /// First minute inside, and first minute after it.
        public let start, end: Int

        /// Half-open.
        public init(start: Int, end: Int) { (self.start, self.end) = (start, end) }

        func contains(_ minute: Int) -> Bool {
            start < end ? minute >= start && minute < end : minute >= start || minute < end
        }
    }

    /// Queries by name, `anomaly`, `blind`; nil for all.
    public var sources: Set<String>?
    /// When nobody is to be woken.
    public var quiet: QuietHours?
    /// What is told in quiet hours all the same.
    public var urgent: Set<String>
    /// Most alerts an hour of one query, of anomalies, or of one blind camera.
    public var alertsPerHour: Int
    /// How long a camera must be blind before it is told, and how long it must see again before that is, in seconds.
    public var blindAfter: Double
    /// Fewest seconds between two updates of one incident; words are told at once.
    public var updateEvery: Double
    /// Whether anything is told after the alert: updates and the end.
    public var tellsUpdates: Bool
    /// Whether events of recordings are told.
    public var tellsRecordings: Bool
    /// How far apart events of one incident may be, in seconds.
    public var joinGap: Double

    /// Everything is told, at once, 6 alerts an hour of each source.
    public init(
        sources: Set<String>? = nil, quiet: QuietHours? = nil, urgent: Set<String> = [], alertsPerHour: Int = 6,
        blindAfter: Double = 60, updateEvery: Double = 10, tellsUpdates: Bool = true, tellsRecordings: Bool = false,
        joinGap: Double = 30
    ) {
        (self.sources, self.quiet, self.urgent, self.alertsPerHour) = (sources, quiet, urgent, alertsPerHour)
        (self.blindAfter, self.updateEvery, self.tellsUpdates) = (blindAfter, updateEvery, tellsUpdates)
        (self.tellsRecordings, self.joinGap) = (tellsRecordings, joinGap)
    }

    func isTold(_ occurrence: Occurrence) -> Bool {
        (sources?.contains(occurrence.source) ?? true) && (tellsRecordings || !occurrence.isRecording)
    }

    /// Whether `source` may wake people at that minute of the day.
    func mayWake(_ source: String, minute: Int) -> Bool {
        urgent.contains(source) || !(quiet?.contains(minute) ?? false)
    }
}
