/// A URL's text with its user name, password, and the values of its query and fragment replaced by `***`: the only form
/// in which an address may be printed, logged or stored in an error.
public struct RedactedURL: Sendable, Equatable, CustomStringConvertible {
    /// The printable form.
    public let description: String

    /// Redacts `text`; text that is no URL (a plain path) stays as it is.
    public init(_ text: String) {
        guard let scheme = text.firstRange(of: "://") else {
            description = text
            return
        }
        let afterScheme = text[scheme.upperBound...]
        let authorityEnd = afterScheme.firstIndex { "/?#".contains($0) } ?? afterScheme.endIndex
        // A password may hold '/', '?' or '#' unescaped, so everything up to the last '@' counts as user information
        // unless the authority itself ends before and holds no ':'.
        let at = afterScheme[..<authorityEnd].lastIndex(of: "@") ?? Self.strayUserInformation(afterScheme, authorityEnd)
        let rest = at.map { afterScheme[afterScheme.index(after: $0)...] } ?? afterScheme
        let secretStart = rest.firstIndex { "?#".contains($0) }
        description =
            String(text[..<scheme.upperBound]) + (at == nil ? "" : "***@")
            + String(rest[..<(secretStart ?? rest.endIndex)]) + (secretStart == nil ? "" : "?***")
    }

    private static func strayUserInformation(_ text: Substring, _ authorityEnd: String.Index) -> String.Index? {
        let authority = text[..<authorityEnd]
        guard let colon = authority.firstIndex(of: ":") else { return nil }
        let port = authority[authority.index(after: colon)...]
        if !port.isEmpty, port.allSatisfy(\.isNumber) { return nil }
        return text[authorityEnd...].lastIndex(of: "@")
    }
}
