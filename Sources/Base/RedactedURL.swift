/// A URL's text with its user name, password, the values in its path, and its query and fragment replaced by `***`: the
/// only form in which an address may be printed, logged or stored in an error.
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
            + Self.withoutValues(rest[..<(secretStart ?? rest.endIndex)]) + (secretStart == nil ? "" : "?***")
    }

    /// Some cameras take `user=…&password=…` in the path: what follows a `=` there is hidden up to the next `&`, `;` or
    /// `/`.
    private static func withoutValues(_ text: Substring) -> String {
        var result = ""
        var isValue = false
        for character in text {
            if isValue, !"&;/".contains(character) { continue }
            result.append(character)
            isValue = character == "="
            if isValue { result += "***" }
        }
        return result
    }

    private static func strayUserInformation(_ text: Substring, _ authorityEnd: String.Index) -> String.Index? {
        let authority = text[..<authorityEnd]
        guard let colon = authority.firstIndex(of: ":") else { return nil }
        let port = authority[authority.index(after: colon)...]
        if !port.isEmpty, port.allSatisfy(\.isNumber) { return nil }
        return text[authorityEnd...].lastIndex(of: "@")
    }
}
