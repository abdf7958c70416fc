/// A threshold that keeps the alarms of one detector below a ceiling, from what its scores did so far and from the alarms that
/// it raised.
///
/// Two parts add up. The *estimate* is read from the history of scores where that is long enough, and beyond extrapolated by
/// ``ExceedanceTail``; at first it follows the history every hour, later once a day and by a little at most, so that no single
/// day can blind or flood anybody. The *correction* makes good what the estimate gets wrong: every alarm raises it by a
/// step, and time lowers it by as many steps as alarms are aimed at (adaptive conformal inference: Gibbs and Candès, NeurIPS
/// 2021). Whatever the scores are distributed like, T days then see at most aim × T alarms and what the threshold rose, in
/// steps.
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
        /// Most that one later estimate may rise, as a share of it.
        public var largestRise = 0.1
        /// Most that one later estimate may fall, as a share of it.
        public var largestFall = 0.02
        /// Highest threshold.
        public var top = 17.0
        /// Watched days after which the history is no longer short.
        public var shortDays = 3.0
        /// Events in the history at the wanted rate from which the rate is read and not extrapolated.
        public var countable = 10.0
        /// What an alarm raises the threshold by: more where alarms are so few that little can be learnt from them.
        public var step: Double

        /// The defaults with the user's ceiling.
        public init(ceilingPerDay: Double) {
            precondition(ceilingPerDay > 0, "ceiling \(ceilingPerDay)")
            self.ceilingPerDay = ceilingPerDay
            halfLife = min(max(7, 10 / ceilingPerDay), 30) * 86_400
            step = Self.step(ceilingPerDay)
        }

        /// Half a decade at one alarm a day.
        static func step(_ ceilingPerDay: Double) -> Double { min(max(0.5 / ceilingPerDay.squareRoot(), 0.2), 1.5) }
    }

    /// Why the estimate is what it is.
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
    /// Where the estimate comes from.
    public private(set) var basis = Basis.initial
    private var estimate: Double
    private var estimatedAt: Double?

    /// A threshold without history.
    public init(_ settings: Settings) {
        self.settings = settings
        history = ExceedanceGrid(cooldown: settings.cooldown, halfLife: settings.halfLife)
        value = settings.initial
        estimate = settings.initial
    }

    /// Another ceiling from now on; the history stays, the threshold is estimated anew without a bound on its move.
    public mutating func change(ceilingPerDay: Double, site: ExceedanceGrid? = nil) {
        settings.ceilingPerDay = ceilingPerDay
        settings.step = Settings.step(ceilingPerDay)
        (estimatedAt, value) = (nil, estimate)
        if history.days > 0 { renew(site: site, isBounded: false) }
    }

    /// Takes a score that held for `duration` until `seconds`. `site` is the pooled history of the other cameras, used
    /// while the own one is short. `isInForce` says whether alarms follow from this threshold now: only then is their
    /// staying away a reason to lower it. Scores count up to the threshold in force only.
    public mutating func take(
        _ score: Double, at seconds: Double, duration: Double, site: ExceedanceGrid? = nil, isInForce: Bool = true
    ) {
        history.insert(score, at: seconds, duration: duration, censoring: value + ExceedanceGrid.step)
        if isInForce { move(by: -settings.step * settings.aim * settings.ceilingPerDay * duration / 86_400) }
        let start = estimatedAt ?? seconds
        if estimatedAt == nil { estimatedAt = seconds }
        let isShort = history.days < settings.shortDays
        guard seconds - start >= (isShort ? settings.hastyInterval : settings.interval) else { return }
        estimatedAt = seconds
        renew(site: isShort ? site : nil, isBounded: !isShort)
    }

    /// An alarm was raised.
    public mutating func countAlarm() { move(by: settings.step) }

    /// Takes an alarm back that was confirmed as an incident, `age` seconds ago.
    public mutating func forget(alarmAt age: Double) {
        history.forget(level: value + ExceedanceGrid.step, age: age)
        move(by: -settings.step)
    }

    private mutating func move(by change: Double) { value = bounded(value + change) }

    private func bounded(_ threshold: Double) -> Double { min(settings.top, max(settings.floor, threshold)) }

    /// A new estimate; the correction stays.
    private mutating func renew(site: ExceedanceGrid?, isBounded: Bool) {
        let grid = site.map { history.pooled(with: $0) } ?? history
        let wanted = settings.aim * settings.ceilingPerDay
        guard let (found, basis) = grid.level(perDay: wanted, countable: settings.countable) else { return }
        let least = isBounded ? estimate * (1 - settings.largestFall) : 0
        let most = isBounded ? estimate * (1 + settings.largestRise) : .infinity
        let fresh = bounded(min(max(found, least), most))
        value = bounded(fresh + value - estimate)
        estimate = fresh
        self.basis = basis
    }
}
