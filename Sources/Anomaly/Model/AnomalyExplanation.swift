public import Base

/// Why a frame is strange: everything that an operator needs to agree or to disagree.
public struct AnomalyExplanation: Sendable, Equatable {
    /// What the frame was judged by.
    public enum Basis: String, Sendable, Codable {
        /// The camera's own past, which is long enough to keep a ceiling on false alarms.
        case history
        /// Likeness to sentences alone: what is normal for the camera is not known yet.
        case provisional
        /// The recording itself, up to that frame: the camera has no past.
        case recording
    }

    /// The lane that found it.
    public let lane: AnomalyLane
    /// What the frame was judged by.
    public let basis: Basis
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

    /// Gathers the parts.
    public init(
        lane: AnomalyLane, basis: Basis, pValue: Double, anyHourPValue: Double, rawScore: Double, box: Box,
        moments: [WallTime], sentences: [String], category: String?, hour: String
    ) {
        self.lane = lane
        self.basis = basis
        self.pValue = pValue
        self.anyHourPValue = anyHourPValue
        self.rawScore = rawScore
        self.box = box
        self.moments = moments
        self.sentences = sentences
        self.category = category
        self.hour = hour
    }

    /// Whether it would be ordinary at another hour.
    public var isWrongHour: Bool { anyHourPValue > 10 * pValue && anyHourPValue > 1e-3 }

    /// One sentence.
    public var text: String {
        var parts = [reason]
        if !sentences.isEmpty { parts.append("most like: " + sentences.map { "“\($0)”" }.joined(separator: ", ")) }
        if let moment = moments.first { parts.append("the most similar moment is \(moment)") }
        return parts.joined(separator: "; ")
    }

    /// What is strange and how rare that is, without evidence.
    public var reason: String {
        let often = pValue > 0 ? "1 in \(Int(min(1 / pValue, 1e9).rounded())) frames" : "never"
        switch basis {
        case .history where isWrongHour:
            return "\(subject), unusual for \(hour), though not for other hours (\(often) around \(hour))"
        case .history: return "\(subject), unusual for \(hour) and for this camera (\(often) around \(hour))"
        case .provisional: return "\(subject); what is normal for this camera is not known yet"
        case .recording: return "\(subject) so far (\(often) of this recording)"
        }
    }

    private var subject: String {
        switch lane {
        case .scene: "the scene looks unlike before"
        case .normality: "something that looks unlike what this camera has shown"
        case .hour: "something that does not come at this hour"
        case .contrast: category.map { "looks like \($0)" } ?? "looks like an anomaly"
        case .retrieval: "nearest to descriptions of anomalies"
        case .motion: "a place, size or movement not seen before"
        case .change: "more of the picture changes than usual"
        }
    }
}

/// The form in which it is stored with an event and printed: a JSON object with times in RFC 3339.
extension AnomalyExplanation: Codable {
    private enum Key: String, CodingKey {
        case lane, basis, box, moments, sentences, category, hour, text
        case pValue = "p_value"
        case anyHourPValue = "any_hour_p_value"
        case rawScore = "raw_score"
    }

    /// Throws `DecodingError` for another form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        lane = try container.decode(AnomalyLane.self, forKey: .lane)
        basis = try container.decode(Basis.self, forKey: .basis)
        pValue = try container.decode(Double.self, forKey: .pValue)
        anyHourPValue = try container.decode(Double.self, forKey: .anyHourPValue)
        rawScore = try container.decode(Double.self, forKey: .rawScore)
        box = try container.decode(Box.self, forKey: .box)
        moments = try container.decode([String].self, forKey: .moments).compactMap { WallTime(rfc3339: $0) }
        sentences = try container.decode([String].self, forKey: .sentences)
        category = try container.decodeIfPresent(String.self, forKey: .category)
        hour = try container.decode(String.self, forKey: .hour)
    }

    /// Writes ``text`` too, for readers that show nothing else.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(lane, forKey: .lane)
        try container.encode(basis, forKey: .basis)
        try container.encode(pValue, forKey: .pValue)
        try container.encode(anyHourPValue, forKey: .anyHourPValue)
        try container.encode(rawScore, forKey: .rawScore)
        try container.encode(box, forKey: .box)
        try container.encode(moments.map(\.description), forKey: .moments)
        try container.encode(sentences, forKey: .sentences)
        try container.encode(category, forKey: .category)
        try container.encode(hour, forKey: .hour)
        try container.encode(text, forKey: .text)
    }
}
