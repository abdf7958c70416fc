/// A recursive-descent reader of RFC 8259 over bytes; see ``JSONValue``.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        if position < bytes.count { throw fault("more after the end of the document") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw fault("the document ends early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        defer { depth -= 1 }
        if depth > JSONValue.maximumDepth { throw fault("nested deeper than \(JSONValue.maximumDepth)") }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var entries: [ScalarString: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(entries) }
        while true {
            skipSpace()
            let start = position
            let key = try string()
            skipSpace()
            guard take(":") else { throw fault("expected ':' after key \"\(key)\"") }
            let value = try value()
            guard entries.updateValue(value, forKey: ScalarString(key)) == nil else {
                throw JSONError(offset: start, problem: "duplicate key \"\(key)\"")
            }
            skipSpace()
            if take("}") { return .object(entries) }
            guard take(",") else { throw fault("expected ',' or '}'") }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw fault("expected ',' or ']'") }
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[position...].starts(with: expected) else { throw fault("unknown word") }
        position += expected.count
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take("-")
        let firstDigit = position
        guard skipDigits() else { throw fault("unexpected byte") }
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
            throw JSONError(offset: firstDigit, problem: "a number that starts with 0")
        }
        var isWhole = true
        if take(".") {
            isWhole = false
            guard skipDigits() else { throw fault("expected a digit after '.'") }
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            guard skipDigits() else { throw fault("expected a digit in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw JSONError(offset: start, problem: "number \(text.prefix(40)) out of range")
        }
        return .number(number)
    }

    private mutating func string() throws(JSONError) -> String {
        guard take("\"") else { throw fault("expected a string") }
        let start = position
        var unescaped: [UInt8]?
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                let decoded =
                    if let unescaped { String(validating: unescaped, as: UTF8.self) } else {
                        String(validating: bytes[start..<position], as: UTF8.self)
                    }
                guard let decoded else { throw JSONError(offset: start, problem: "a string that is not UTF-8") }
                return decoded
            case UInt8(ascii: "\\"):
                var text = unescaped ?? Array(bytes[start..<position])
                try escape(into: &text)
                unescaped = text
            case 0..<0x20: throw fault("a control character in a string")
            case let byte:
                unescaped?.append(byte)
                position += 1
            }
        }
        throw fault("the document ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        position += 1
        guard position < bytes.count else { throw fault("the document ends inside a string") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try unicodeEscape()).utf8))
        default: throw fault("unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Character {
        let first = try hexadecimal()
        var code = first
        if 0xD800..<0xDC00 ~= first {
            guard take("\\"), take("u") else { throw fault("half of a surrogate pair") }
            let second = try hexadecimal()
            guard 0xDC00..<0xE000 ~= second else { throw fault("half of a surrogate pair") }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw fault("expected four hexadecimal digits")
            }
            value = value << 4 + UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
        return position > start
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    private func fault(_ problem: String) -> JSONError { JSONError(offset: position, problem: problem) }
}
