public import Foundation

/// Where `${NAME}` gets its values: systemd credentials first, then the environment.
public struct Expansion: Sendable {
    private let environment: [String: String]
    private let credential: @Sendable (String) -> Data?

    /// Longest credential that is taken, in bytes.
    static let longestCredential = 65_536

    /// Looks up names in `credential` and then in `environment`.
    public init(environment: [String: String], credential: @escaping @Sendable (String) -> Data? = { _ in nil }) {
        self.environment = environment
        self.credential = credential
    }

    /// Looks up names among the files of `$CREDENTIALS_DIRECTORY` and then in `environment`.
    public static func system(environment: [String: String]) -> Expansion {
        guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
            return Expansion(environment: environment)
        }
        return Expansion(environment: environment) { name in
            let url = URL(filePath: folder, directoryHint: .isDirectory).appending(path: name)
            guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
            defer { try? file.close() }
            return try? file.read(upToCount: longestCredential + 1)
        }
    }

    /// `text` with every `${NAME}` replaced and every `$${` made `${`; `isExpanded` says whether a name was replaced.
    func expand(_ text: String) throws(Refusal) -> (text: String, isExpanded: Bool) {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return (text, false) }
        var result = ""
        var rest = text[...]
        var isExpanded = false
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else { throw Self.unterminated }
                result += try value(of: String(rest[..<end].dropFirst(2)))
                isExpanded = true
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return (result + rest, isExpanded)
    }

    private static let unterminated = Refusal("${ without a closing }", allowed: "${NAME}, or $${ for a plain ${")

    private func value(of name: String) throws(Refusal) -> String {
        guard Self.isName(name) else {
            throw Refusal(
                "what stands between ${ and } is not a name",
                allowed: "1 to 255 of A-Z a-z 0-9 _, no digit first; $${ for a plain ${")
        }
        if let data = credential(name) { return try Self.text(ofCredential: name, data) }
        guard let value = environment[name] else {
            throw Refusal(
                "${\(name)} is set nowhere",
                allowed: "a file of that name in $CREDENTIALS_DIRECTORY, or an environment variable")
        }
        return value
    }

    private static func text(ofCredential name: String, _ data: Data) throws(Refusal) -> String {
        guard data.count <= longestCredential, let text = String(data: data, encoding: .utf8),
            !text.unicodeScalars.contains("\0")
        else {
            throw Refusal(
                "the credential \(name) is no text", allowed: "UTF-8 without NUL, at most \(longestCredential) bytes")
        }
        return text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 255, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 95: true
            default: false
            }
        }
    }
}

/// Why a value was not taken. Neither text ever holds the value.
struct Refusal: Error, Equatable {
    let problem: String
    /// What is allowed, when that differs from what the key's kind says.
    let allowed: String?

    init(_ problem: String, allowed: String? = nil) {
        self.problem = problem
        self.allowed = allowed
    }
}

extension Expansion: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of what it holds: the values may be passwords.
    public var description: String { "the values of ${NAME}" }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
