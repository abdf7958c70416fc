internal import HTTPTypes

/// Why a request gets no answer, and what its client is told.
enum WebError: Error, Equatable {
    /// A parameter or a key of the body is missing, unknown or wrong.
    case badRequest(parameter: String?, String)
    /// No token, or one that is not known.
    case unauthorized
    /// The caller may not do this.
    case forbidden(String)
    /// There is nothing of that name or number.
    case notFound(String)
    /// The path knows other methods.
    case methodNotAllowed([HTTPRequest.Method])
    /// None of the types that the client accepts can be given.
    case notAcceptable([String])
    /// It stands against what is stored.
    case conflict(String)
    /// The body is longer than this many bytes.
    case tooLarge(Int)
    /// The address is longer than this many bytes.
    case addressTooLong(Int)
    /// The body has another type than this one.
    case unsupportedType(String)
    /// The range lies outside of a file of this many bytes.
    case rangeNotSatisfiable(Int64)
    /// A sentence that cannot be enforced, or a value that contradicts another.
    case unprocessable(parameter: String?, String)
    /// The Host is not one that this service answers for.
    case misdirected(String)
    /// Too many wrong tokens; again after this many seconds.
    case tooManyAttempts(retryAfter: Int)
    /// The request came too slowly.
    case tooSlow
    /// Too much at once, or something that is needed is away; again after this many seconds.
    case busy(String, retryAfter: Int)
    /// The answer took longer than it may.
    case timedOut
    /// A defect of alertd; the log says which.
    case defect

    /// The status of the answer.
    var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .addressTooLong: .uriTooLong
        case .unsupportedType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .unprocessable: .unprocessableContent
        case .misdirected: .misdirectedRequest
        case .tooManyAttempts: .tooManyRequests
        case .tooSlow: .requestTimeout
        case .busy: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        case .defect: .internalServerError
        }
    }

    /// What was wrong and what to do, for people.
    var detail: String {
        switch self {
        case .badRequest(_, let detail), .forbidden(let detail), .notFound(let detail), .conflict(let detail),
            .unprocessable(_, let detail), .busy(let detail, _):
            detail
        case .unauthorized: "a token is needed: Authorization: Bearer …, or the cookie that /login gives"
        case .methodNotAllowed(let known): "only \(Self.list(known)) is known here"
        case .notAcceptable(let types): "only \(types.joined(separator: " or ")) can be given"
        case .tooLarge(let most): "the body has more than \(most) bytes"
        case .addressTooLong(let most): "the address has more than \(most) bytes"
        case .unsupportedType(let type): "the body must be \(type)"
        case .rangeNotSatisfiable(let bytes): "the range lies outside of the \(bytes) bytes"
        case .misdirected(let host):
            "this service does not answer for the host \(host); http.hosts in the configuration names more"
        case .tooManyAttempts: "too many wrong tokens; wait"
        case .tooSlow: "the request did not come in time"
        case .timedOut: "the answer took too long; ask for less"
        case .defect: "a defect of alertd; its log has more"
        }
    }

    /// The parameter or key that is wrong.
    var parameter: String? {
        switch self {
        case .badRequest(let parameter, _), .unprocessable(let parameter, _): parameter
        default: nil
        }
    }

    /// What the status asks for beside the body.
    var headers: HTTPFields {
        switch self {
        case .unauthorized: [.wwwAuthenticate: "Bearer realm=\"alertd\""]
        case .methodNotAllowed(let known): [.allow: Self.list(known)]
        case .rangeNotSatisfiable(let bytes): [.contentRange: "bytes */\(bytes)"]
        case .busy(_, let seconds), .tooManyAttempts(let seconds): [.retryAfter: "\(seconds)"]
        default: [:]
        }
    }

    /// Whether the rest of the request is not worth reading.
    var endsConnection: Bool {
        switch self {
        case .tooLarge, .tooSlow, .addressTooLong: true
        default: false
        }
    }

    private static func list(_ methods: [HTTPRequest.Method]) -> String {
        methods.map(\.rawValue).joined(separator: ", ")
    }
}
