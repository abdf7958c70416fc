public import Base

/// Why a frame is strange: everything that an operator needs to agree or to disagree.
public struct AnomalyExplanation: Sendable, Equatable, Codable {
    /// The lane that found it.
    public let lane: AnomalyLane
    /// How often a normal frame scores as high in that lane around this hour.
    public let pValue: Double
    /// The same over all hours; much larger than ``pValue`` when only the hour is wrong.
    public let anyHourPValue: Double
    /// The lane's raw score.
    public let rawScore: Double
    /// The part of the picture.
    public let box: Box
    /// The most similar moments that were normal, most similar first.
    public let moments: [WallTime]
    /// The sentences that it resembles, most similar first.
    public let sentences: [String]
    /// The category of those sentences.
    public let category: String?
    /// "Tuesday 03:00": the hour that it is compared with.
    public let hour: String

    /// Whether it would be ordinary at another hour.
    public var isWrongHour: Bool { anyHourPValue > 10 * pValue && anyHourPValue > 1e-3 }

    /// One sentence.
    public var text: String {
        var parts = [reason]
        if !sentences.isEmpty { parts.append("most like: " + sentences.map { "“\($0)”" }.joined(separator: ", ")) }
        if let moment = moments.first { parts.append("the most similar moment is \(moment)") }
        return parts.joined(separator: "; ")
    }

    private var reason: String {
        let often = pValue > 0 ? "1 in \(Int(min(1 / pValue, 1e9).rounded())) frames" : "never"
        let when = isWrongHour ? "unusual for \(hour), though not for other hours" : "unusual for this camera"
        return "\(subject), \(when) (\(often) around \(hour))"
    }

    private var subject: String {
        switch lane {
        case .scene: "the scene looks unlike before"
        case .normality: "something that looks unlike what it has shown"
        case .hour: "something that does not come at this hour"
        case .contrast: category.map { "looks like \($0)" } ?? "looks like an anomaly"
        case .retrieval: "nearest to descriptions of anomalies"
        case .motion: "a place, size or movement not seen before"
        case .change: "more of the picture changes than usual"
        }
    }
}
