public import Base
internal import Foundation

/// How a camera's anomaly scoring stands: what it knows, and how it keeps to its ceiling.
public struct AnomalyStanding: Sendable, Equatable {
    /// The camera's name.
    public let camera: String
    /// The encoder that its encodings come from.
    public let encoder: EncoderIdentity
    /// How far the model has come.
    public let phase: AnomalyReading.Phase
    /// The threshold in force, −log₁₀ p.
    public let threshold: Double
    /// Where the threshold comes from.
    public let basis: AlarmThreshold.Basis
    /// How often it really alarmed, provisional alarms included, confirmed incidents left out.
    public let rate: AchievedRate
    /// Days watched in all.
    public let watchedDays: Double
    /// The last frame.
    public let lastFrame: WallTime?

    /// Whether more alarms came than the ceiling allows, beyond chance.
    public var isOverCeiling: Bool { rate.isCertifiable && !rate.isWithinCeiling }

    /// One line: "0.4 alarms a day (95 %: 0.1–1.4) in 4.2 days, ceiling 1, which that time can certify; live".
    public var text: String {
        let achieved: String
        if let perDay = rate.perDay, let interval = rate.interval {
            achieved = String(
                format: "%.2f alarms a day (95 %%: %.2f–%.2f) in %.1f days", perDay, interval.lowerBound,
                interval.upperBound, rate.days)
        } else {
            achieved = "nothing watched yet"
        }
        let needed = String(format: "%.1f", 3 / rate.ceilingPerDay)
        let certificate =
            !rate.isCertifiable
            ? "not certifiable before \(needed) days without an alarm"
            : rate.isWithinCeiling ? "kept so far" : "exceeded"
        return "\(phase.rawValue), \(achieved), ceiling \(rate.ceilingPerDay) a day: \(certificate)"
    }
}
