internal import CCurl

extension TransferPlan {
    /// The error behind libcurl's `code`; `why` is its text, `reply` the last code, and of a mail server the last line.
    func error(_ code: CURLcode, _ why: String, reply: (code: Int, line: String)) -> OutboundError {
        let address = address.printable
        if case .mail = content, let refusal = mailRefusal(code, why, reply) { return refusal }
        switch code {
        case CURLE_URL_MALFORMAT: return .invalid(what: "\(what) \(address)", why: why)
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(what: what, address: address, why: why)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            return .unreachable(what: what, address: address, why: why)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED, CURLE_SSL_CIPHER:
            return .untrusted(what: what, address: address, why: why)
        // Also what libcurl calls a reply that is no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL where (300..<400).contains(reply.code):
            return .redirected(what: what, address: address, why: "it sends to an address that is not encrypted")
        case CURLE_TOO_MANY_REDIRECTS:
            return .redirected(what: what, address: address, why: "it sends elsewhere too often")
        default: return .interrupted(what: what, address: address, why: why)
        }
    }

    /// What a mail server refused; nil when it is something else that went wrong.
    private func mailRefusal(
        _ code: CURLcode, _ why: String, _ reply: (code: Int, line: String)
    ) -> OutboundError? {
        switch code {
        case CURLE_LOGIN_DENIED:
            // Nothing of the talk: a server may repeat what it was told.
            return .mailRefused(
                address: address.printable, code: reply.code, why: "it does not accept user and password")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_SEND_ERROR, CURLE_REMOTE_ACCESS_DENIED, CURLE_UPLOAD_FAILED,
            CURLE_QUOTE_ERROR, CURLE_RECV_ERROR:
            guard reply.code >= 400 else { return nil }
            return .mailRefused(
                address: address.printable, code: reply.code, why: reply.line.isEmpty ? why : "it says \(reply.line)")
        default: return nil
        }
    }
}
