/// Alarms and watched time of the last days, a bucket a day.
public struct AlarmLog: Sendable, Equatable, Codable {
    private struct Day: Sendable, Equatable, Codable {
        let number: Int
        var alarms = 0
        var seconds = 0.0
    }

    /// Days that are kept.
    public static let capacity = 60
    private var days: [Day] = []

    /// A log of nothing.
    public init() {}

    /// Counts watched time that ended at `seconds` since 1970.
    public mutating func watch(_ duration: Double, until seconds: Double) {
        days[day(seconds)].seconds += duration
    }

    /// Counts `change` alarms (−1 takes one back) at `seconds` since 1970; a day's count does not fall below 0.
    public mutating func count(_ change: Int, at seconds: Double) {
        let index = day(seconds)
        days[index].alarms = max(0, days[index].alarms + change)
    }

    /// The rate over everything that is kept.
    public func rate(ceilingPerDay: Double) -> AchievedRate {
        AchievedRate(
            alarms: days.reduce(0) { $0 + $1.alarms }, days: days.reduce(0) { $0 + $1.seconds } / 86_400,
            ceilingPerDay: ceilingPerDay)
    }

    private mutating func day(_ seconds: Double) -> Int {
        let number = Int((seconds / 86_400).rounded(.down))
        if let index = days.firstIndex(where: { $0.number == number }) { return index }
        days.append(Day(number: number))
        if days.count > Self.capacity { days.removeFirst() }
        return days.count - 1
    }
}
