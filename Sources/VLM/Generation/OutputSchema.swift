package import NN

/// What a constrained answer may be: the part of JSON Schema in which every answer has an end.
package indirect enum OutputSchema: Sendable, Equatable {
    /// All of these, in this order.
    case object([Property])
    case array(OutputSchema, counts: ClosedRange<Int>)
    /// Characters (Unicode scalars), none of them a control character.
    case string(lengths: ClosedRange<Int>)
    /// One of these JSON texts.
    case choice([String])
    /// 0 to 1 with at most two decimals.
    case fraction

    /// An entry of an object.
    package struct Property: Sendable, Equatable {
        package let name: String
        package let schema: OutputSchema

        /// An entry.
        package init(_ name: String, _ schema: OutputSchema) { (self.name, self.schema) = (name, schema) }
    }

    /// Reads a JSON Schema (draft 2020-12) of objects whose properties are all required (their order is that of `required`),
    /// arrays with `maxItems`, strings with `maxLength`, whole numbers with `minimum` and `maximum`, numbers from 0 to 1,
    /// truth values, and `enum`s of strings.
    package init(_ schema: JSONValue) throws(ModelError) { self = try Self.read(schema, at: "schema", depth: 0) }

    private static func read(_ schema: JSONValue, at key: String, depth: Int) throws(ModelError) -> OutputSchema {
        guard depth < 8 else { throw refusal(key, "deeper than 8 levels") }
        if let values = schema["enum"]?.array {
            let texts = values.compactMap(\.string)
            guard !texts.isEmpty, texts.count == values.count, texts.count <= 1000,
                texts.allSatisfy({ $0.utf8.count <= 200 })
            else { throw refusal(key + ".enum", "expected 1 to 1000 strings of at most 200 bytes") }
            return .choice(texts.map(JSONText.quoted))
        }
        switch schema["type"]?.string {
        case "object": return try object(schema, at: key, depth: depth)
        case "array":
            guard let items = schema["items"] else { throw refusal(key + ".items", "missing") }
            let counts = try limits(schema, "minItems", "maxItems", at: key, most: 100)
            return .array(try read(items, at: key + ".items", depth: depth + 1), counts: counts)
        case "string": return .string(lengths: try limits(schema, "minLength", "maxLength", at: key, most: 10_000))
        case "boolean": return .choice(["false", "true"])
        case "integer":
            let range = try limits(schema, "minimum", "maximum", at: key, most: 1000)
            return .choice(range.map(String.init))
        case "number":
            guard schema["minimum"]?.number == 0, schema["maximum"]?.number == 1 else {
                throw refusal(key, "numbers are supported from 0 to 1")
            }
            return .fraction
        default: throw refusal(key + ".type", "missing or not supported")
        }
    }

    private static func object(_ schema: JSONValue, at key: String, depth: Int) throws(ModelError) -> OutputSchema {
        let names = (schema["required"]?.array ?? []).compactMap(\.string)
        guard let properties = schema["properties"]?.object, !names.isEmpty, names.count <= 64,
            Set(names).count == names.count, Set(properties.keys.map(\.text)) == Set(names)
        else { throw refusal(key + ".required", "expected the names of all properties, 1 to 64") }
        var entries: [Property] = []
        for name in names {
            let property = schema["properties"]?[name] ?? .null
            entries.append(Property(name, try read(property, at: "\(key).\(name)", depth: depth + 1)))
        }
        return .object(entries)
    }

    private static func limits(
        _ schema: JSONValue, _ least: String, _ most: String, at key: String, most bound: Int
    ) throws(ModelError) -> ClosedRange<Int> {
        let low = schema[least]?.integer ?? 0
        guard let high = schema[most]?.integer, low >= 0, high >= low, high <= bound else {
            throw refusal("\(key).\(most)", "expected a whole number up to \(bound), not below \(least)")
        }
        return low...high
    }

    private static func refusal(_ key: String, _ problem: String) -> ModelError {
        .badConfiguration(file: "output schema", key: key, problem: problem)
    }
}

/// JSON as this program writes it to and for models.
package enum JSONText {
    /// `text` as a JSON string.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case let other where other.value < 0x20:
                let digits = String(other.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
