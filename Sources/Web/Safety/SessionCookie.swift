internal import HTTPTypes

/// The cookie that the page's requests carry: the token itself, out of scripts' reach.
enum SessionCookie {
    static let name = "alertd_session"
    private static let seconds = 30 * 86_400

    /// The value of `Set-Cookie` that gives it; over plain HTTP it is not marked Secure, or a browser would drop it.
    static func giving(_ token: String, isSecure: Bool) -> String {
        "\(name)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)" + (isSecure ? "; Secure" : "")
    }

    /// The value of `Set-Cookie` that takes it away.
    static func clearing(isSecure: Bool) -> String {
        "\(name)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" + (isSecure ? "; Secure" : "")
    }

    /// The token that `headers` carry.
    static func token(in headers: HTTPFields) -> String? {
        for cookie in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = String(cookie).trimmingSpaces.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name { return String(parts[1]) }
        }
        return nil
    }
}
