internal import HTTPTypes

/// Headers on every answer: nothing is guessed, framed, embedded by other sites, or loaded from elsewhere.
enum SecurityHeaders {
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
        + "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    /// Adds them to `headers`.
    static func add(to headers: inout HTTPFields, isEncrypted: Bool) {
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = policy
        headers[HTTPField.Name("Referrer-Policy") ?? .referer] = "no-referrer"
        headers[HTTPField.Name("Cross-Origin-Resource-Policy") ?? .origin] = "same-origin"
        headers[HTTPField.Name("Cross-Origin-Opener-Policy") ?? .origin] = "same-origin"
        if isEncrypted { headers[.strictTransportSecurity] = "max-age=31536000" }
    }
}
