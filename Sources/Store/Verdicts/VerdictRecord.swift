public import Base

/// What somebody said about an event.
public struct VerdictRecord: Sendable, Equatable {
    /// Grows from verdict to verdict, in the order of their commits.
    public let number: Int64
    /// The event.
    public let event: Int64
    /// Its camera.
    public let camera: CameraID
    /// Its kind: `query`, `anomaly` or `blind`.
    public let kind: String
    /// Its query's name; nil for another kind.
    public let query: String?
    /// Its span.
    public let during: TimeSpan
    /// `normal` or `incident`.
    public let verdict: String

    init(_ row: Row) throws(StoreError) {
        number = try row.integer("number")
        event = try row.integer("event")
        let (start, end) = (try row.time("start"), try row.time("end"))
        guard let camera = CameraID(try row.text("camera")), start <= end else {
            throw .unexpectedResult(what: "read verdict \(number)", why: "its camera or span is malformed")
        }
        self.camera = camera
        during = TimeSpan(start: start, end: end)
        kind = try row.text("kind")
        query = try row.optionalText("query")
        verdict = try row.text("verdict")
    }
}
