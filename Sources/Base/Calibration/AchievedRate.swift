/// How often a detector really alarmed, and what that says about a promised ceiling.
public struct AchievedRate: Sendable, Equatable {
    /// Alarms, those that an operator confirmed left out.
    public let alarms: Int
    /// Watched time in days.
    public let days: Double
    /// Most alarms a day that were promised.
    public let ceilingPerDay: Double

    /// Gathers counts of a watched time.
    public init(alarms: Int, days: Double, ceilingPerDay: Double) {
        self.alarms = alarms
        self.days = days
        self.ceilingPerDay = ceilingPerDay
    }

    /// Alarms a day; nil before anything was watched.
    public var perDay: Double? { days > 0 ? Double(alarms) / days : nil }

    /// 95 % confidence interval of ``perDay``.
    public var interval: ClosedRange<Double>? {
        guard days > 0 else { return nil }
        let bounds = PoissonInterval(count: alarms)
        return bounds.lower / days...bounds.upper / days
    }

    /// Whether the watched time can support a claim about the ceiling at all: after D days without an alarm no less than
    /// 3/D a day can be excluded at 95 % (rule of three).
    public var isCertifiable: Bool { days * ceilingPerDay >= 3 }

    /// Whether the interval contains or lies below the ceiling.
    public var isWithinCeiling: Bool { (interval?.lowerBound ?? 0) <= ceilingPerDay }
}
