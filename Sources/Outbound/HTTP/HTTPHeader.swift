/// A header of a request or a reply.
public struct HTTPHeader: Sendable, Equatable {
    /// Its name, as written.
    public let name: String
    /// Its value, without blanks around it.
    public let value: String
    private let isSecret: Bool

    /// A header; `isSecret` keeps its value out of every description.
    public init(_ name: String, _ value: String, isSecret: Bool = false) {
        (self.name, self.value, self.isSecret) = (name, value, isSecret)
    }

    /// Whether it can be sent as it is (RFC 9110, section 5): a token, and no line break or zero in the value.
    var isSendable: Bool {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
        return isToken && value.utf8.allSatisfy { ($0 >= 32 || $0 == 9) && $0 != 127 }
    }
}

extension HTTPHeader: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Name and value; a secret value is `***`.
    public var description: String { "\(name): \(isSecret ? "***" : value)" }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The headers of a reply; a name may come several times.
public struct HTTPHeaders: Sendable, Equatable {
    /// In the order in which they came.
    public internal(set) var all: [HTTPHeader] = []

    /// The first value under `name`, whatever its case.
    public subscript(_ name: String) -> String? {
        all.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Adds a line `Name: value`; another line changes nothing.
    mutating func add(line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...]
        all.append(HTTPHeader(String(line[..<colon]), trimmed(value)))
    }

    private func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        let rest = text.drop(while: isBlank)
        return String(rest.prefix(rest.count - rest.reversed().prefix(while: isBlank).count))
    }
}
