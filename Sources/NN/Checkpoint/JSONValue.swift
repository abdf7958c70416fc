/// A JSON document (RFC 8259) as a published model folder holds it, read strictly: no duplicate keys, no bytes after the
/// end, valid UTF-8, nesting of at most ``maximumDepth``.
public enum JSONValue: Equatable, Sendable {
    /// `null`
    case null
    /// `true`, `false`
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int)
    /// Any other number; finite.
    case number(Double)
    /// A string.
    case string(String)
    /// `[…]`
    case array([JSONValue])
    /// `{…}`
    case object([ScalarString: JSONValue])

    /// Objects and arrays inside each other.
    public static let maximumDepth = 64

    /// Reads a whole document; linear in its length.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        let copy = Array(bytes)
        var parser = JSONParser(copy)
        self = try parser.document()
    }

    /// The entry of an object; nil for none and for anything that is no object.
    public subscript(key: String) -> JSONValue? {
        if case .object(let entries) = self { return entries[ScalarString(key)] }
        return nil
    }

    /// The entries, when this is an object.
    public var object: [ScalarString: JSONValue]? { if case .object(let entries) = self { entries } else { nil } }
    /// The elements, when this is an array.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The text, when this is a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The number, when this is a whole one.
    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    /// The truth value, when this is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number, when this is one of either kind.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// What this is, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Where and why a JSON document is malformed.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Byte offset of the fault.
    public let offset: Int
    /// What is wrong there.
    public let problem: String

    /// The place and the fault.
    public var description: String { "JSON byte \(offset): \(problem)" }
}
