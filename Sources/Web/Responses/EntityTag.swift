internal import Crypto
internal import HTTPTypes

/// Names of contents, for clients that ask whether theirs is still the same (RFC 9110, section 8.8.3).
enum EntityTag {
    /// The tag of these bytes.
    static func of(_ bytes: [UInt8]) -> String {
        let digest = SHA256.hash(data: bytes).prefix(12)
        return "\"" + digest.map { String($0, radix: 16) }.joined() + "\""
    }

    /// Whether a client that sent `headers` has the content of `tag` already.
    static func isKnown(_ tag: String, _ headers: HTTPFields) -> Bool {
        headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { given in
            let given = String(given).trimmingSpaces
            return given == "*" || given == tag || given == "W/" + tag
        }
    }
}
