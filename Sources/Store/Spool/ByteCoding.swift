import Base

/// Bytes put one after the other; numbers little-endian, texts and lists with their length first.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) { put(value.bitPattern) }
    mutating func put(_ value: WallTime) { put(value.microseconds) }
    mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

    mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes += value
    }

    mutating func put(_ value: String) { put(Array(value.utf8)) }

    mutating func put(_ value: String?) {
        put(value != nil)
        if let value { put(value) }
    }

    mutating func put(_ value: Double?) {
        put(value != nil)
        if let value { put(value) }
    }
}

/// Takes apart what ``ByteWriter`` put together, believing nothing: nil when there are too few bytes or they are no such
/// thing.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Whether everything was taken.
    var isAtEnd: Bool { rest.isEmpty }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        guard rest.count >= MemoryLayout<T>.size else { return nil }
        defer { rest = rest.dropFirst(MemoryLayout<T>.size) }
        return rest.integer(at: 0, type)
    }

    mutating func real() -> Double? { integer(UInt64.self).map { Double(bitPattern: $0) } }
    mutating func time() -> WallTime? { integer(Int64.self).map { WallTime(microseconds: $0) } }

    mutating func flag() -> Bool? {
        switch integer(UInt8.self) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    mutating func bytes() -> [UInt8]? {
        guard let count = integer(UInt32.self), rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }

    mutating func text() -> String? { bytes().flatMap { String(validating: $0, as: UTF8.self) } }
    mutating func camera() -> CameraID? { text().flatMap { CameraID($0) } }

    /// A value that may be missing; the outer nil means malformed.
    mutating func optional<T>(_ read: (inout ByteReader) -> T?) -> T?? {
        switch flag() {
        case false: .some(nil)
        case true: read(&self).map { .some($0) }
        default: nil
        }
    }

    mutating func list<T>(_ read: (inout ByteReader) -> T?) -> [T]? {
        guard let count = integer(UInt32.self), Int(count) <= rest.count else { return nil }
        var values: [T] = []
        for _ in 0..<count {
            guard let value = read(&self) else { return nil }
            values.append(value)
        }
        return values
    }
}
