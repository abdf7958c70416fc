/// Reads numbers and stretches of a hostile file in order; every read is checked against the end.
struct ByteCursor {
    /// The file ended inside a value.
    struct EndReached: Error {}

    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = max(0, min(position, bytes.count))
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(EndReached) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else { throw EndReached() }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// The next little-endian number.
    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws(EndReached) -> Value {
        Value(littleEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: Value.self))
    }

    /// A count that fits an `Int`, stored as `Value`.
    mutating func count<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) throws(EndReached) -> Int {
        guard let count = Int(exactly: try integer(type)), count >= 0 else { throw EndReached() }
        return count
    }

    /// The bytes up to the next line feed, which is passed over.
    mutating func line() throws(EndReached) -> UnsafeRawBufferPointer {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw EndReached() }
        defer { position = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }
}
