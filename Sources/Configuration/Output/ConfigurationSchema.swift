/// A JSON Schema (draft 2020-12) for editors, made from the table of keys.
///
/// It knows keys, types, words and ranges. What needs more than one key, and addresses, the reader alone checks.
public enum ConfigurationSchema {
    /// The schema's text, with a line break at its end.
    public static var json: String {
        JSONText.object(
            [
                ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                ("title", .string("alertd.yaml")),
            ] + members(of: "")
        ).pretty() + "\n"
    }

    private static func members(of section: String) -> [(String, JSONText)] {
        let keys = ConfigurationKeys.keys(of: section)
        let required = keys.filter(\.isRequired).map { JSONText.string($0.name) }
        return [("type", .string("object")), ("additionalProperties", .boolean(false))]
            + (required.isEmpty ? [] : [("required", .array(required))])
            + [("properties", .object(keys.map { ($0.name, schema(of: $0)) }))]
    }

    private static func schema(of key: ConfigurationKey) -> JSONText {
        let summary = key.unit.map { key.summary + " Unit: \($0)." } ?? key.summary
        var members: [(String, JSONText)] = [("description", .string(summary))]
        switch key.kind {
        case .section: members += self.members(of: key.path)
        case .named: members += named(.object(self.members(of: key.path + ".NAME")))
        default: members += constraints(key.kind)
        }
        if let fallback = key.fallback { members.append(("default", value(fallback, key.kind))) }
        return .object(members)
    }

    private static let namePattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$"

    private static func named(_ value: JSONText) -> [(String, JSONText)] {
        [
            ("type", .string("object")), ("propertyNames", .object([("pattern", .string(namePattern))])),
            ("additionalProperties", value),
        ]
    }

    private static let polygon = JSONText.object([
        ("type", .string("array")), ("minItems", .number(3)),
        (
            "items",
            .object([
                ("type", .string("array")), ("minItems", .number(2)), ("maxItems", .number(2)),
                (
                    "items",
                    .object([("type", .string("number")), ("minimum", .number(0)), ("maximum", .number(1))])
                ),
            ])
        ),
    ])

    private static func constraints(_ kind: ConfigurationKind) -> [(String, JSONText)] {
        switch kind {
        case .section, .named: []
        case .zones: named(polygon)
        case .polygons: [("type", .string("array")), ("items", polygon)]
        case .cameraNames, .networks, .sourceNames, .mailAddresses, .hostNames:
            [
                ("type", .string("array")), ("uniqueItems", .boolean(true)),
                ("items", .object([("type", .string("string"))])),
            ]
        case .integer(let range): numeric("integer", Double(range.lowerBound)...Double(range.upperBound))
        case .number(let range): numeric("number", range)
        case .boolean: [("type", .string("boolean"))]
        case .choice(let words): [("enum", .array(words.map(JSONText.string)))]
        case .window: text("^([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)$")
        case .path: text("^/")
        case .listen: text(":\\d{1,5}$|^unix:/.+")
        case .name: text(namePattern)
        case .mailAddress: text("^[^@ ]+@[^@ ]+$")
        case .sentence, .model, .url, .media, .secret: [("type", .string("string")), ("minLength", .number(1))]
        }
    }

    private static func numeric(_ type: String, _ range: ClosedRange<Double>) -> [(String, JSONText)] {
        [
            ("type", .string(type)), ("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound)),
        ]
    }

    /// A text of some form, or one that expansion gives its form.
    private static func text(_ pattern: String) -> [(String, JSONText)] {
        [("type", .string("string")), ("pattern", .string("(" + pattern + ")|\\$\\{"))]
    }

    private static func value(_ fallback: String, _ kind: ConfigurationKind) -> JSONText {
        switch kind {
        case .integer, .number: .number(Double(fallback) ?? 0)
        case .boolean: .boolean(fallback == "true")
        case .polygons, .cameraNames, .networks, .sourceNames, .mailAddresses, .hostNames: .array([])
        case .zones: .object([])
        default: .string(fallback)
        }
    }
}
