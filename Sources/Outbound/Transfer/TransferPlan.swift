/// Everything that one transfer needs to know.
struct TransferPlan: Sendable {
    /// What is transferred.
    enum Content: Sendable {
        /// An HTTP request; where its reply's body goes.
        case http(HTTPRequest, ReplyTarget)
        /// A mail, in the form in which it travels.
        case mail(MailServer, MailEnvelope, [UInt8])
    }

    let content: Content
    let address: OutboundAddress
    let limits: TransferLimits
    /// Completes "cannot …".
    let what: String
    let network: NetworkSettings
}

/// Where the body of a reply goes.
enum ReplyTarget: Sendable {
    /// Into memory.
    case memory
    /// Into the file at a path, from an offset on.
    case file(path: String, offset: Int64)
}

/// What a transfer that reached its end brought.
struct TransferResult: Sendable {
    var status = 0
    var headers = HTTPHeaders()
    var body: [UInt8] = []
    var kept: Int64 = 0
    var written: Int64 = 0
}
