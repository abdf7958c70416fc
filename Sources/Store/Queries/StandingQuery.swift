public import Base

/// A sentence that cameras are watched for, as it is stored: what `query list` prints.
public struct StandingQuery: Sendable, Hashable {
    /// Where a query can be changed.
    public enum Origin: String, Sendable, Hashable {
        /// In the configuration file.
        case file
        /// By command or page.
        case command
    }

    /// What users call it.
    public let name: String
    /// The sentence.
    public let text: String
    /// The cameras it is watched on; empty means all.
    public let cameras: [CameraID]
    /// Zone of those cameras that it is bound to; nil for the whole picture.
    public let zone: String?
    /// Part of the day in which it is watched, `HH:MM-HH:MM`; nil for all day.
    public let active: String?
    /// Most false alarms a day on footage without the queried thing.
    public let alarmCeilingPerDay: Double
    /// Whether it is watched.
    public let isEnabled: Bool
    /// Where it can be changed.
    public let origin: Origin

    /// Gathers the parts of a query.
    public init(
        name: String, text: String, cameras: [CameraID] = [], zone: String? = nil, active: String? = nil,
        alarmCeilingPerDay: Double = 1, isEnabled: Bool = true, origin: Origin
    ) {
        self.name = name
        self.text = text
        self.cameras = cameras
        self.zone = zone
        self.active = active
        self.alarmCeilingPerDay = alarmCeilingPerDay
        self.isEnabled = isEnabled
        self.origin = origin
    }

    /// Whether it is watched on `camera`.
    public func isWatched(on camera: CameraID) -> Bool {
        isEnabled && (cameras.isEmpty || cameras.contains(camera))
    }

    init(_ row: Row) throws(StoreError) {
        name = try row.text("name")
        guard let origin = Origin(rawValue: try row.text("origin")) else {
            throw .unexpectedResult(what: "read query \(name)", why: "its origin is unknown")
        }
        self.origin = origin
        text = try row.text("text")
        cameras = try row.text("cameras").split(separator: "\n").compactMap { CameraID(String($0)) }
        zone = try row.optionalText("zone")
        active = try row.optionalText("active")
        alarmCeilingPerDay = try row.real("alarm_ceiling_per_day")
        isEnabled = try row.bool("enabled")
    }
}
