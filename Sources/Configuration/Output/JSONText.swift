/// A JSON value that keeps the order of its keys.
indirect enum JSONText {
    case object([(String, JSONText)])
    case array([JSONText])
    case string(String)
    case number(Double)
    case boolean(Bool)

    /// The value on one line.
    var compact: String {
        switch self {
        case .object(let members):
            "{" + members.map { JSONText.string($0.0).compact + ": " + $0.1.compact }.joined(separator: ", ") + "}"
        case .array(let items): "[" + items.map(\.compact).joined(separator: ", ") + "]"
        case .string(let text): "\"" + text.unicodeScalars.map(Self.escaped).joined() + "\""
        case .number(let value): NumberText.of(value)
        case .boolean(let value): value ? "true" : "false"
        }
    }

    /// The value with one member a line, indented by two blanks a level.
    func pretty(indent: String = "") -> String {
        guard case .object(let members) = self, !members.isEmpty else { return compact }
        let inner = indent + "  "
        let lines = members.map { inner + JSONText.string($0.0).compact + ": " + $0.1.pretty(indent: inner) }
        return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        default:
            guard scalar.value < 32 || (127...159).contains(scalar.value) else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
