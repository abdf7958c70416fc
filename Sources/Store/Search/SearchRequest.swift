public import Base

/// A question about past footage that somebody asked in SQL.
public struct SearchRequest: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// The sentence looked for.
    public let text: String
    /// Only from this time on; nil for ever.
    public let since: WallTime?
    /// Only before this time; nil until now.
    public let until: WallTime?
    /// Most spans wanted.
    public let limit: Int
    /// The cameras that whoever asked may see.
    public let cameras: Set<CameraID>

    init(_ row: Row) throws(StoreError) {
        id = try row.integer("id")
        text = try row.text("text")
        since = try row.optionalTime("since")
        until = try row.optionalTime("until")
        limit = Int(try row.integer("hits"))
        cameras = Set(
            (try row.optionalText("cameras") ?? "").split(separator: "\n").compactMap { CameraID(String($0)) })
    }
}

/// A span that answers a question.
public struct SearchAnswer: Sendable, Equatable {
    /// The camera.
    public let camera: CameraID
    /// When.
    public let during: TimeSpan
    /// How well it fits.
    public let score: Double
    /// The probability that the sentence holds there, 0…1.
    public let probability: Double
    /// A stored event that overlaps it.
    public let eventID: Int64?

    /// Gathers the parts of an answer.
    public init(camera: CameraID, during: TimeSpan, score: Double, probability: Double, eventID: Int64?) {
        self.camera = camera
        self.during = during
        self.score = score
        self.probability = probability
        self.eventID = eventID
    }
}
