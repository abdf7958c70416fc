/// The fields of a protocol buffer message, one after the other (protobuf.dev, "Encoding"). Every length is checked against
/// what is left.
struct ProtobufReader {
    /// The value of a field.
    enum Value {
        case number(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Whether anything is left.
    var hasMore: Bool { !rest.isEmpty }

    /// The next field; nil when the bytes are no message.
    mutating func next() -> (field: Int, value: Value)? {
        guard let key = number(), key >> 3 > 0, key >> 3 < 1 << 29 else { return nil }
        let field = Int(key >> 3)
        switch key & 7 {
        case 0: return number().map { (field, .number($0)) }
        case 1: return fixed(8).map { (field, .fixed64($0)) }
        case 2:
            guard let length = number(), length <= UInt64(rest.count) else { return nil }
            let bytes = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return (field, .bytes(bytes))
        case 5: return fixed(4).map { (field, .fixed32(UInt32(truncatingIfNeeded: $0))) }
        default: return nil
        }
    }

    /// Seven bits a byte, lowest first, at most ten bytes.
    private mutating func number() -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            result |= shift < 64 ? UInt64(byte & 0x7F) << UInt64(shift) : 0
            if byte < 0x80 { return result }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(count)
        return value
    }
}
