internal import HTTPTypes
internal import Hummingbird

/// One operation: what it answers to, what it needs, and what it does.
struct Route: Sendable {
    /// Who may ask.
    enum Access: Sendable {
        /// Anybody, also without a token.
        case anybody
        /// Whoever has a token of any scope.
        case read
        /// Whoever has a token of the scope admin.
        case admin
    }

    /// A part of the path.
    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    let method: HTTPRequest.Method
    let segments: [Segment]
    let access: Access
    /// The media type of the body that must come; nil when none is read.
    let takes: String?
    /// The media types of an answer.
    let produces: [String]
    /// The query parameters that are known.
    let parameters: [String]
    /// The key of the sentence, for errors about it.
    let sentence: String
    /// Longest time for the answer's head; nil for no bound.
    let limit: Duration?
    let handler: @Sendable (WebRequest) async throws -> Response

    /// A route below `path`, whose parameters are written `{name}`.
    init(
        _ method: HTTPRequest.Method, _ path: String, access: Access = .read, takes: String? = nil,
        produces: [String] = [MediaTypes.json], parameters: [String] = [], sentence: String = "text",
        limit: Duration? = .seconds(10),
        handler: @escaping @Sendable (WebRequest) async throws -> Response
    ) {
        self.method = method
        segments = path.split(separator: "/").map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
        (self.access, self.takes, self.produces, self.parameters) = (access, takes, produces, parameters)
        (self.sentence, self.limit, self.handler) = (sentence, limit, handler)
    }

    /// The path as the OpenAPI document writes it.
    var path: String {
        "/"
            + segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter(let name): "{\(name)}"
                }
            }.joined(separator: "/")
    }

    /// The path's parameters when `parts` fit; nil when they do not.
    func match(_ parts: [String]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): if text != part { return nil }
            case .parameter(let name): found[name] = part
            }
        }
        return found
    }
}

/// Names of media types.
enum MediaTypes {
    static let json = "application/json"
    static let problem = "application/problem+json"
    static let events = "text/event-stream"
    static let html = "text/html"
    static let metrics = "text/plain"
    static let jpeg = "image/jpeg"
    static let mp4 = "video/mp4"
}
