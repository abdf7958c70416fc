/// A threshold that keeps the alarms of one detector below a ceiling, from what its scores did so far.
///
/// Where the history is long enough the rate is read from it; beyond, it is extrapolated by ``ExceedanceTail``. While
/// the history is short the threshold follows it every hour; later it is estimated once a day and moves a little at most,
/// so that no single day can blind or flood anybody. As long as more alarms came than the ceiling allows, it rises.
public struct AlarmThreshold: Sendable, Equatable, Codable {
    /// How thresholds are found. All times in seconds.
    public struct Settings: Sendable, Equatable, Codable {
        /// Most alarms a day.
        public var ceilingPerDay: Double
        /// The rate aimed at, as a share of the ceiling: room for estimates that are off.
        public var aim = 0.5
        /// Rises within this time are one alarm.
        public var cooldown: Double = 30
        /// Time after which history counts half: a week, longer where the ceiling is so low that a week says little.
        public var halfLife: Double
        /// Lowest threshold.
        public var floor = 3.0
        /// Threshold before anything can be estimated.
        public var initial = 6.0
        /// Time between estimates while the history is short.
        public var hastyInterval: Double = 3600
        /// Time between estimates afterwards.
        public var interval: Double = 86_400
        /// Most that one later estimate may raise the threshold, as a share of it; while alarms are above the ceiling it is
        /// raised by so much every day.
        public var largestRise = 0.1
        /// Most that one later estimate may lower it.
        public var largestFall = 0.02
        /// Highest threshold.
        public var top = 17.0
        /// Watched days after which the history is no longer short.
        public var shortDays = 3.0
        /// Events in the history at the wanted rate from which the rate is read and not extrapolated.
        public var countable = 10.0

        /// The defaults with the user's ceiling.
        public init(ceilingPerDay: Double) {
            precondition(ceilingPerDay > 0, "ceiling \(ceilingPerDay)")
            self.ceilingPerDay = ceilingPerDay
            halfLife = min(max(7, 10 / ceilingPerDay), 30) * 86_400
        }
    }

    /// Why the threshold is what it is.
    public enum Basis: String, Sendable, Codable {
        /// Too little was watched.
        case initial
        /// Read from the history.
        case counted
        /// Extrapolated by the tail.
        case extrapolated
    }

    /// The settings in force.
    public private(set) var settings: Settings
    /// What the scores did so far.
    public private(set) var history: ExceedanceGrid
    /// The threshold in force.
    public private(set) var value: Double
    /// Where it comes from.
    public private(set) var basis = Basis.initial
    private var estimatedAt: Double?

    /// A threshold without history.
    public init(_ settings: Settings) {
        self.settings = settings
        history = ExceedanceGrid(cooldown: settings.cooldown, halfLife: settings.halfLife)
        value = settings.initial
    }

    /// Another ceiling from now on; the history stays, the threshold is estimated anew without a bound on its move.
    public mutating func change(ceilingPerDay: Double, site: ExceedanceGrid? = nil) {
        settings.ceilingPerDay = ceilingPerDay
        estimatedAt = nil
        if history.days > 0 { estimate(site: site, isBounded: false) }
    }

    /// Takes a score that held for `duration` until `seconds`. `site` is the pooled history of the other cameras, used
    /// while the own one is short; `achieved` what alarms the thresholds so far really raised. Scores count up to the
    /// threshold in force only.
    public mutating func take(
        _ score: Double, at seconds: Double, duration: Double, site: ExceedanceGrid? = nil,
        achieved: AchievedRate? = nil
    ) {
        history.insert(score, at: seconds, duration: duration, censoring: value + ExceedanceGrid.step)
        let start = estimatedAt ?? seconds
        if estimatedAt == nil { estimatedAt = seconds }
        let isShort = history.days < settings.shortDays
        guard seconds - start >= (isShort ? settings.hastyInterval : settings.interval) else { return }
        estimatedAt = seconds
        let before = value
        estimate(site: isShort ? site : nil, isBounded: !isShort)
        if let achieved, !isShort, let rate = achieved.perDay, achieved.alarms > 1, rate > settings.ceilingPerDay {
            value = min(settings.top, max(value, before * (1 + settings.largestRise)))
        }
    }

    /// Takes an alarm back that was confirmed as an incident, `age` seconds ago.
    public mutating func forget(alarmAt age: Double) { history.forget(level: value + ExceedanceGrid.step, age: age) }

    private mutating func estimate(site: ExceedanceGrid?, isBounded: Bool) {
        let grid = site.map { history.pooled(with: $0) } ?? history
        let wanted = settings.aim * settings.ceilingPerDay
        guard let (found, basis) = grid.level(perDay: wanted, countable: settings.countable) else { return }
        let least = isBounded ? value * (1 - settings.largestFall) : 0
        let most = isBounded ? value * (1 + settings.largestRise) : .infinity
        value = min(settings.top, max(settings.floor, min(max(found, least), most)))
        self.basis = basis
    }
}
