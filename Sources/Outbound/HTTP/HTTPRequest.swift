/// One HTTP request as a value.
public struct HTTPRequest: Sendable {
    /// What is asked of the server.
    public enum Method: String, Sendable {
        /// RFC 9110's methods of these names.
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// What is asked.
    public var method: Method
    /// `https://…`, or `http://…` on this machine or with ``allowsPlainText``.
    public var url: String
    /// Headers besides those that libcurl sets itself.
    public var headers: [HTTPHeader] = []
    /// Sent with POST and PUT.
    public var body: [UInt8] = []
    /// Time and size.
    public var limits = TransferLimits()
    /// How many redirects are followed, to `https` addresses only. Those of a POST are not followed by default.
    public var redirects: Int
    /// Whether the address, and a redirect, may be plain `http` to another machine.
    public var allowsPlainText = false
    /// Whether the address's path is a secret that must not be printed.
    public var hidesPath = false
    /// Completes "cannot …" in errors: `fetch`, `post to`.
    public var purpose: String

    /// A request for `url`.
    public init(_ method: Method = .get, _ url: String) {
        self.method = method
        self.url = url
        redirects = method == .get || method == .head ? 5 : 0
        purpose =
            switch method {
            case .get, .head: "fetch"
            case .post, .put: "post to"
            case .delete: "delete"
            }
    }

    /// Adds a header. `isSecret` keeps its value out of every description.
    public mutating func add(_ name: String, _ value: String, isSecret: Bool = false) {
        headers.append(HTTPHeader(name, value, isSecret: isSecret))
    }

    /// The address, taken apart and allowed; throws ``OutboundError/invalid(what:why:)`` for what no request can be made
    /// of and ``OutboundError/insecure(what:address:)``.
    func checkedAddress() throws(OutboundError) -> OutboundAddress {
        let address = try OutboundAddress(url, hidingPath: hidesPath, schemes: ["https", "http"], what: purpose)
        let full = "\(purpose) \(address.printable)"
        if !address.isEncrypted, !allowsPlainText, !address.isLoopback {
            throw .insecure(what: purpose, address: address.printable)
        }
        for header in headers where !header.isSendable {
            throw .invalid(what: full, why: "the header \(printable(header.name)) is malformed")
        }
        if let problem = limits.validate().first { throw .invalid(what: full, why: problem) }
        return address
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and printable address.
    public var description: String { "\(method.rawValue) \(OutboundAddress.shown(url, hidingPath: hidesPath))" }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
