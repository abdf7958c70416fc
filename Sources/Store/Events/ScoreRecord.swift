public import Base

/// One value of a score's curve.
public struct ScoreSample: Sendable, Equatable {
    /// `anomaly:LANE`, or `query:NAME` for the similarity to a query.
    public let lane: String
    /// Presentation time of the frame.
    public let at: WallTime
    /// The raw score; must be finite.
    public let value: Double
    /// How often the camera's normal footage scores as high, 0…1; nil until it is calibrated.
    public let pValue: Double?
    /// What the frame was compared with, for people.
    public let explanation: String?

    /// Gathers the parts of a sample.
    public init(lane: String, at: WallTime, value: Double, pValue: Double? = nil, explanation: String? = nil) {
        self.lane = lane
        self.at = at
        self.value = value
        self.pValue = pValue
        self.explanation = explanation
    }
}

/// One value of an anomaly curve as it is stored: what `anomalies` prints.
public struct AnomalyRecord: Sendable, Equatable {
    /// The camera's name.
    public let camera: String
    /// What was compared: `normality`, ….
    public let lane: String
    /// Presentation time of the frame.
    public let at: WallTime
    /// The raw score; comparable within one camera and lane only.
    public let score: Double
    /// How often this camera's normal footage scores as high, 0…1; nil until it is calibrated.
    public let pValue: Double?
    /// What the frame was compared with, for people.
    public let explanation: String?

    init(_ row: Row) throws(StoreError) {
        camera = try row.text("camera")
        lane = try row.text("lane")
        at = try row.time("at")
        score = try row.real("score")
        pValue = try row.optionalReal("p_value")
        explanation = try row.optionalText("explanation")
    }
}
