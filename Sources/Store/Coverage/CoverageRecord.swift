public import Base

/// A span in which a camera was watched, or was not: what `coverage` prints.
public struct CoverageRecord: Sendable, Equatable {
    /// The camera's name.
    public let camera: String
    /// `[start, end)`
    public let during: TimeSpan
    /// Why it was not watched: a `Event/BlindReason`'s text, or `not_running`; nil while it was watched.
    public let reason: String?

    /// Gathers the parts of a record.
    public init(camera: String, during: TimeSpan, reason: String?) {
        (self.camera, self.during, self.reason) = (camera, during, reason)
    }

    init(_ row: Row) throws(StoreError) {
        camera = try row.text("camera")
        let (start, end) = (try row.time("start"), try row.time("end"))
        guard start <= end else {
            throw .unexpectedResult(what: "list coverage", why: "a span of \(camera) ends before it starts")
        }
        during = TimeSpan(start: start, end: end)
        reason = try row.optionalText("reason")
    }

    /// Whether the camera was watched.
    public var isWatched: Bool { reason == nil }
}
