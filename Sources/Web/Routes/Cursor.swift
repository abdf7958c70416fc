internal import Base
internal import Store

/// Where the next page of a list begins, as text. Every text of the form that the API's description gives is one.
enum Cursor {
    /// `<microseconds>-<id>`
    static func text(_ event: EventRecord) -> String { "\(event.during.start.microseconds)-\(event.id)" }

    /// Reads ``text(_:)``. Throws `badRequest`.
    static func eventPosition(_ text: String) throws(WebError) -> EventPageRequest.Position {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let time = moment(parts[0]), let id = QueryParameters.number(parts[1]),
            id >= 0, id <= QueryParameters.largest
        else { throw wrong }
        return .init(start: time, id: id)
    }

    /// `<microseconds>-<camera>~<lane>`
    static func text(_ value: AnomalyRecord) -> String { "\(value.at.microseconds)-\(value.camera)~\(value.lane)" }

    /// Reads ``text(_:)-(AnomalyRecord)``. Throws `badRequest`.
    static func anomalyPosition(_ text: String) throws(WebError) -> AnomalyPageRequest.Position {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let time = moment(parts[0]) else { throw wrong }
        let names = parts[1].split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard names.count == 2, let camera = CameraID(names[0]), CameraID(names[1]) != nil else { throw wrong }
        return .init(at: time, camera: camera.name, lane: names[1])
    }

    /// `<camera>~<microseconds>`
    static func text(_ span: CoverageRecord) -> String { "\(span.camera)~\(span.during.start.microseconds)" }

    /// Reads ``text(_:)-(CoverageRecord)``. Throws `badRequest`.
    static func coveragePosition(_ text: String) throws(WebError) -> (camera: String, start: WallTime) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let camera = CameraID(parts[0]), let time = moment(parts[1]) else { throw wrong }
        return (camera.name, time)
    }

    /// A name.
    static func name(_ text: String) throws(WebError) -> String {
        guard let id = CameraID(text) else { throw wrong }
        return id.name
    }

    private static let wrong = WebError.badRequest(
        parameter: "cursor", "cursor must be the \"next\" of the page before")

    private static func moment(_ digits: String) -> WallTime? {
        guard (1...17).contains(digits.utf8.count), !digits.hasPrefix("-") else { return nil }
        return QueryParameters.number(digits).map { WallTime(microseconds: $0) }
    }
}
