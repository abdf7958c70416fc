internal import Base
internal import Outbound

/// Why a remote endpoint gave no answer. Never carries a key: addresses are printed redacted.
public enum RemoteFailure: Error, Sendable, Equatable {
    /// It cannot be reached, is too busy, or broke off: the same question may be answered later.
    case unavailable(why: String, retryAfter: Duration? = nil)
    /// It will not answer this: a wrong key, an unknown model, a question that is too large.
    case refused(why: String)
    /// What it says has not the form that was asked for.
    case malformed(why: String)

    init(_ error: OutboundError) {
        switch error {
        case .invalid, .insecure, .tooLarge: self = .refused(why: error.description)
        default: self = .unavailable(why: error.description, retryAfter: error.retryAfter)
        }
    }

    init(_ reply: HTTPReply) {
        do throws(OutboundError) {
            try reply.requireSuccess()
            self = .malformed(why: "its answer cannot be read")
        } catch {
            self =
                error.isTransient
                ? .unavailable(why: error.description, retryAfter: error.retryAfter) : .refused(why: error.description)
        }
    }

    /// How long it asks to be left alone.
    var retryAfter: Duration? { if case .unavailable(_, let wait) = self { wait } else { nil } }
}

extension RemoteFailure: CustomStringConvertible {
    /// One line: why, and what to do.
    public var description: String {
        switch self {
        case .unavailable(let why, _): "the endpoint does not answer now: \(why)"
        case .refused(let why): "the endpoint refuses: \(why); check describe.endpoint"
        case .malformed(let why): "the endpoint's answer is no use: \(why)"
        }
    }
}
