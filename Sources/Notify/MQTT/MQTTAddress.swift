internal import Base
internal import Foundation

/// Where a broker is, who asks, and how topics begin: `mqtt://user:password@host:1883/alertd`.
struct MQTTAddress: Sendable {
    let host: String
    let port: Int32
    let user: String?
    let password: String?
    /// How every topic begins, without a slash at its end.
    let prefix: String
    let isEncrypted: Bool
    /// What may be printed.
    let printable: String

    /// Reads `text`; nil for anything else than an address with a host and a prefix that can begin a topic.
    init?(_ text: String) {
        printable = RedactedURL(text).description
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["mqtt", "mqtts"].contains(scheme), var host = parts.host, !host.isEmpty
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        isEncrypted = scheme == "mqtts"
        self.host = host
        port = Int32(parts.port ?? (isEncrypted ? 8883 : 1883))
        (user, password) = (parts.user, parts.password)
        let path = parts.path.split(separator: "/").joined(separator: "/")
        guard !path.contains(where: { "+#\0$".contains($0) }), path.utf8.count <= 200 else { return nil }
        prefix = path.isEmpty ? "alertd" : path
    }
}
