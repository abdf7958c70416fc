import CPostgres

/// Where a database is, in libpq's own forms (`postgresql://…` or `keyword=value …`), printable without its secrets.
public struct DatabaseAddress: Sendable, Equatable, CustomStringConvertible {
    /// What libpq is given. May hold a password: never print it.
    let text: String
    /// Secrets that libpq found in `text`, longest first; they are cut out of every message.
    private let secrets: [String]

    /// The database, host and port, without user name and password: the only form that may be printed.
    public let description: String
    /// Name of the node whose sessions these are, where several share the database; nil for one machine.
    public let node: String?

    /// Reads `text`, libpq's URI or keyword form; `node` is as the configuration names it. Throws
    /// ``StoreError/malformedAddress(why:)``.
    public init(_ text: String, node: String? = nil) throws(StoreError) {
        guard !text.utf8.contains(0) else { throw .malformedAddress(why: "it holds a zero byte") }
        guard let options = Self.parse(text) else {
            throw .malformedAddress(why: "libpq cannot parse it")
        }
        self.text = text
        self.node = node
        secrets = ["password", "sslpassword"].compactMap { options[$0] }.filter { !$0.isEmpty }
            .sorted { $0.utf8.count > $1.utf8.count }
        let host = options["host"] ?? options["hostaddr"] ?? "the local socket"
        let port = options["port"].map { " port \($0)" } ?? ""
        let database = options["dbname"].map { "database \($0)" } ?? options["service"].map { "service \($0)" }
        description = "\(database ?? "the default database") at \(host)\(port)"
    }

    /// `message` in one line with every secret of this address replaced by `***`.
    func redact(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
            .joined(separator: " | ")
        return secrets.reduce(line) { $0.replacing($1, with: "***") }
    }

    private static func parse(_ text: String) -> [String: String]? {
        var message: UnsafeMutablePointer<CChar>?
        // libpq's own message may quote a piece of a password, so it is dropped.
        defer { PQfreemem(message) }
        guard let options = PQconninfoParse(text, &message) else { return nil }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return found
    }
}

extension Substring {
    /// Without leading and trailing spaces and tabs.
    fileprivate func trimmingSpaces() -> Substring {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
