internal import CCurl

/// libcurl's one-time set-up and what it was built with.
public enum CurlLibrary {
    /// Whether libcurl could be set up; asked before anything else of it is called. A `static let` runs once, on one
    /// thread.
    static let isReady = curl_global_init(ALERTD_CURL_GLOBAL_ALL) == CURLE_OK

    /// libcurl's version and that of its TLS library, for `alertd doctor`.
    public static var version: String {
        guard isReady, let text = curl_version() else { return "unknown" }
        return String(cString: text).split(separator: " ").prefix(2).joined(separator: ", ")
    }
}
