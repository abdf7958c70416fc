public import Base

/// When a frame was taken as far as normality depends on it: the hour of the day, and colour or infrared.
public struct HourBucket: Hashable, Sendable {
    /// Hour of the day, 0…23, in the camera's time zone.
    public let hour: Int
    /// Whether the camera saw in infrared.
    public let isInfrared: Bool
    /// Day of the week, 0 for Monday … 6 for Sunday.
    public let weekday: Int
    /// Minute of the hour.
    public let minute: Int

    /// The bucket of `time` at `offset` seconds east of Greenwich.
    public init(_ time: WallTime, offset: Int, isInfrared: Bool) {
        let local = time.microseconds / 1_000_000 + Int64(offset) - (time.microseconds % 1_000_000 < 0 ? 1 : 0)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let inDay = Int(local - day * 86_400)
        hour = inDay / 3600
        minute = inDay / 60 % 60
        weekday = Int(((day + 3) % 7 + 7) % 7)  // 1970-01-01 was a Thursday
        self.isInfrared = isInfrared
    }

    /// "Tuesday 03:00": the hour's name.
    public var name: String {
        let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        return days[weekday] + " " + Self.clock(hour)
    }

    static func clock(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }

    /// Its place among 48.
    var index: Int { (isInfrared ? 24 : 0) + hour }

    /// Itself, the hour before and the hour after, of the same light.
    var consulted: [Int] { [23, 0, 1].map { (isInfrared ? 24 : 0) + (hour + $0) % 24 } }
}
