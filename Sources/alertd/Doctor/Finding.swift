/// One thing that doctor looked at.
struct Finding: Encodable, Sendable {
    /// How it is.
    enum Level: String, Encodable, Sendable {
        case ok
        /// Something to know; alertd works all the same.
        case warning
        /// Something that has to be mended.
        case failed
    }

    /// What was looked at.
    let name: String
    let level: Level
    /// What was found, and what to do about it.
    let detail: String
    /// For how long a camera's anomalies were watched, in days.
    let watchedDays: Double?

    init(_ name: String, _ level: Level, _ detail: String, watchedDays: Double? = nil) {
        (self.name, self.level, self.detail, self.watchedDays) = (name, level, detail, watchedDays)
    }

    /// One that failed by an error.
    init(_ name: String, failing error: any Error) {
        self.init(name, .failed, Failure(describing: error).message)
    }

    /// The line for people.
    var text: String {
        let mark =
            switch level {
            case .ok: "ok  "
            case .warning: "warn"
            case .failed: "FAIL"
            }
        return "\(mark) \(name): \(detail)"
    }

    private enum Key: String, CodingKey { case name, ok, level, detail, watchedDays }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(level != .failed, forKey: .ok)
        try container.encode(level, forKey: .level)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(watchedDays, forKey: .watchedDays)
    }
}
