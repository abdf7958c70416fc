package import Base

/// A parameter of a statement, sent in PostgreSQL's binary form so that no text is ever quoted or truncated.
package enum SQLValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
    case time(WallTime)
    case texts([String?])
    case reals([Double?])
    case times([WallTime])

    /// Microseconds from 1970-01-01 to 2000-01-01, PostgreSQL's own zero.
    static let postgresEpoch: Int64 = 946_684_800_000_000

    /// The type's object identifier (PostgreSQL: src/include/catalog/pg_type.dat).
    var typeIdentifier: UInt32 {
        switch self {
        case .null: 0
        case .bool: 16
        case .integer: 20
        case .real: 701
        case .text: 25
        case .bytes: 17
        case .time: 1184
        case .texts: 1009
        case .reals: 1022
        case .times: 1185
        }
    }

    /// The binary form; nil for NULL.
    var encoded: [UInt8]? {
        switch self {
        case .null: nil
        case .bool(let value): [value ? 1 : 0]
        case .integer(let value): value.bigEndianBytes
        case .real(let value): value.bitPattern.bigEndianBytes
        case .text(let value): Array(value.utf8)
        case .bytes(let value): value
        case .time(let value): Self.encode(value)
        case .texts(let values): Self.array(of: 25, values.map { $0.map { Array($0.utf8) } })
        case .reals(let values): Self.array(of: 701, values.map { $0?.bitPattern.bigEndianBytes })
        case .times(let values): Self.array(of: 1184, values.map(Self.encode))
        }
    }

    /// A text that must not be lost for a zero byte, which PostgreSQL's text cannot hold: it becomes U+FFFD.
    static func storable(_ text: String) -> SQLValue {
        .text(text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text)
    }

    /// An optional number.
    static func optional(_ value: Double?) -> SQLValue { value.map { .real($0) } ?? .null }

    /// An optional text.
    static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }

    /// An optional moment.
    static func optional(_ value: WallTime?) -> SQLValue { value.map { .time($0) } ?? .null }

    /// Microseconds since 2000; a moment outside the type saturates and is then refused by the server.
    static func microseconds(_ time: WallTime) -> Int64 {
        let (shifted, overflow) = time.microseconds.subtractingReportingOverflow(postgresEpoch)
        // The lowest number itself would mean -infinity.
        return overflow ? Int64.min + 1 : max(shifted, Int64.min + 1)
    }

    private static func encode(_ time: WallTime) -> [UInt8] { microseconds(time).bigEndianBytes }

    /// One dimension, lower bound 1 (PostgreSQL: src/backend/utils/adt/arrayfuncs.c, `array_recv`).
    private static func array(of elementType: Int32, _ elements: [[UInt8]?]) -> [UInt8] {
        let hasNull: Int32 = elements.contains { $0 == nil } ? 1 : 0
        let dimensions: Int32 = elements.isEmpty ? 0 : 1
        var bytes = dimensions.bigEndianBytes + hasNull.bigEndianBytes + elementType.bigEndianBytes
        if elements.isEmpty { return bytes }
        bytes += Int32(elements.count).bigEndianBytes + Int32(1).bigEndianBytes
        for element in elements {
            bytes += Int32(element?.count ?? -1).bigEndianBytes
            if let element { bytes += element }
        }
        return bytes
    }
}

extension FixedWidthInteger {
    /// Most significant byte first, as PostgreSQL's protocol wants it.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
