package import Base

/// Rows in the binary form that `COPY … FROM STDIN (FORMAT binary)` reads (PostgreSQL: "COPY", File Formats).
package struct CopyRows {
    /// What is to be sent next: the signature, flags and header extension first, then rows; the trailer is added at the end.
    private(set) var bytes: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private let columns: Int16

    /// No rows yet, of `columns` fields each.
    package init(columns: Int16) { self.columns = columns }

    /// Begins a row; as many fields as columns must follow.
    mutating func beginRow() { append(columns) }

    /// What was to be sent is.
    mutating func removeSent() { bytes.removeAll(keepingCapacity: true) }

    /// An `integer`.
    package mutating func add(_ value: Int32) {
        append(Int32(4))
        append(value)
    }

    /// A `bigint`.
    package mutating func add(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    /// A `double precision`, or null.
    package mutating func add(_ value: Double?) {
        guard let value else { return append(Int32(-1)) }
        append(Int32(8))
        append(value.bitPattern)
    }

    /// A `text`, or null.
    package mutating func add(_ value: String?) {
        guard var value else { return append(Int32(-1)) }
        value.withUTF8 { text in
            append(Int32(text.count))
            bytes.append(contentsOf: text)
        }
    }

    /// A `bytea`.
    package mutating func add(_ value: [UInt8]) {
        append(Int32(value.count))
        bytes += value
    }

    /// A `timestamptz`.
    package mutating func add(_ value: WallTime) {
        append(Int32(8))
        append(SQLValue.microseconds(value))
    }

    private mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
