public import Base
public import Grounding

/// A query as one camera is watched for it: what has to be seen, where, and the encodings to see it with.
public struct WatchedQuery: Sendable, Equatable {
    /// What people call it, and its sentence.
    public let query: Query
    /// What has to be seen.
    public let condition: Condition
    /// Where; nil for the whole picture.
    public let zone: PictureZone?
    /// One encoding for each of the condition's scenes, in their order.
    public let encodings: [TextEncoding]
    /// Most false alarms a day of each of its scenes.
    public let ceilingPerDay: Double

    /// Gathers the parts of a query.
    public init(
        _ query: Query, condition: Condition, zone: PictureZone?, encodings: [TextEncoding], ceilingPerDay: Double = 1
    ) {
        precondition(encodings.count == condition.scenes.count, "\(encodings.count) encodings")
        self.query = query
        self.condition = condition
        self.zone = zone
        self.encodings = encodings
        self.ceilingPerDay = ceilingPerDay
    }

    /// The sentence read by rule, its scenes encoded by `engine`.
    ///
    /// Throws ``GroundingError/refusedQuery(text:problem:)`` for what a recording cannot be asked, and `ModelError`.
    init(_ query: Query, ofRecordingBy engine: InferenceEngine) async throws {
        let request = try WatchRequest(query.text)
        guard request.hours == nil else {
            throw GroundingError.refusedQuery(
                text: query.text, problem: "hours of the day are asked of cameras, not of recordings; leave them out")
        }
        self.init(
            query, condition: request.condition, zone: nil,
            encodings: try await engine.encodings(of: request.condition, in: query.text))
    }

    /// Whether it asks for one scene and nothing else.
    var isScene: Bool { if case .scene = condition { true } else { false } }
}

extension InferenceEngine {
    /// One encoding for each scene of `condition`. A sentence that is one scene is encoded as it was written.
    public func encodings(of condition: Condition, in sentence: String) throws -> [TextEncoding] {
        if case .scene = condition { return [try encode(text: sentence)] }
        return try condition.scenes.map { try encode(text: $0) }
    }
}
