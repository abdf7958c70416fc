internal import Base
internal import Outbound

/// Why a remote endpoint gave no answer. Never carries a key: addresses are printed redacted.
public enum RemoteFailure: Error, Sendable, Equatable {
    /// It cannot be reached, is too busy, broke off, or does not know the key or the model: the same question may be
    /// answered later.
    case unavailable(why: String, retryAfter: Duration? = nil)
    /// It will not answer this question: one that is too large, or an address that cannot be asked.
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
            // Somebody may mend a key or a model's name: that is no fault of the question.
            let isLater = error.isTransient || [401, 403, 404].contains(reply.status)
            self =
                isLater
                ? .unavailable(why: error.description, retryAfter: error.retryAfter) : .refused(why: error.description)
        }
    }

    /// What several endpoints said to one question, in the order in which they were asked: when one of them may answer later,
    /// so may all together. None means that every one is left alone or busy.
    init(of failures: [(name: String, failure: RemoteFailure)]) {
        guard let last = failures.last else {
            self = .unavailable(why: "every endpoint is left alone after failures, or busy")
            return
        }
        if failures.count == 1 {
            self = last.failure
            return
        }
        let why = failures.map { "\($0.name): \($0.failure.why)" }.joined(separator: "; ")
        let isLater = failures.contains { if case .unavailable = $0.failure { true } else { false } }
        let isMalformed = failures.contains { if case .malformed = $0.failure { true } else { false } }
        self = isLater ? .unavailable(why: why) : isMalformed ? .malformed(why: why) : .refused(why: why)
    }

    private var why: String {
        switch self {
        case .unavailable(let why, _), .refused(let why), .malformed(let why): why
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
        case .refused(let why): "the endpoint refuses: \(why); check describe.endpoint or describe.endpoints"
        case .malformed(let why): "the endpoint's answer is no use: \(why)"
        }
    }
}
