import Base

/// An address that may hold a password, a token in its path, or both. What is printed is the redacted form alone.
public struct SecretURL: Sendable {
    private let secret: Secret
    /// The redacted form, made from the text as the file has it: an expanded `${NAME}` is not in it.
    public let description: String

    /// The address itself, for the library call that connects.
    public var revealed: String { secret.revealed }

    /// An address whose printed form keeps its host and its path; the latter only when it names no password, as some
    /// cameras have it (`/user=admin&password=…`).
    public init(_ text: String, written: String? = nil) {
        let shown = RedactedURL(written ?? text).description
        let isTelling = ["user", "pass", "pwd", "token", "secret"].contains { shown.lowercased().contains($0 + "=") }
        secret = Secret(text)
        description = isTelling || shown.lowercased().contains("password") ? Self.withoutPath(shown) : shown
    }

    /// An address whose path is a secret too (a webhook): the printed form ends at the host.
    public init(hidingPathOf text: String, written: String? = nil) {
        secret = Secret(text)
        description = Self.withoutPath(RedactedURL(written ?? text).description)
    }

    private static func withoutPath(_ shown: String) -> String {
        guard let scheme = shown.firstRange(of: "://"),
            let slash = shown[scheme.upperBound...].firstIndex(where: { "/?#".contains($0) })
        else {
            return shown
        }
        return shown[slash...] == "/" ? shown : shown[..<slash] + "/***"
    }
}

extension SecretURL: Hashable {
    /// Two addresses are the same when they lead to the same place with the same credentials, however they were written.
    public static func == (a: SecretURL, b: SecretURL) -> Bool { a.secret == b.secret }
    /// Hashes the address itself.
    public func hash(into hasher: inout Hasher) { hasher.combine(secret) }
}

extension SecretURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The redacted form.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
