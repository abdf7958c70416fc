import Base

/// The bytes of a file of encodings; all numbers little-endian.
///
/// Header, 64 bytes: magic (8), version (2), header size (2), dimension (4), encoder digest (32), zeros (12), CRC-32 of
/// the 60 bytes before (4). Then records: marker (4), payload size (4), CRC-32 of size and payload (4), payload.
///
/// | marker | payload |
/// | --- | --- |
/// | `ENCF`, a frame | time in µs (8), looks (4), per look: box (4 × Float32), scale (Float32), vector (D × Int8); then, or not at all, per look: velocity (2 × Float32) |
/// | `ENCS`, frames that show the same | where the frame's record begins (8), minute in µs (8), per frame: µs into the minute (4) |
/// | `ENCM`, a minute summed up | minute in µs (8), frames, looks, stills (4 each), first record (8), bytes of records (8), radius, scale (Float32 each), mean vector (D × Int8) |
/// | `ENCV`, nothing | zeros; its checksum is of the size alone |
///
/// A look's velocity is in fractions of the picture's width to the right and of its height down, a second; not a number
/// where it is unknown. Files of version 2 hold none; they become files of this version when more is written to them.
package enum EncodingFormat {
    package static let headerSize = 64
    package static let recordHeaderSize = 12
    package static let mostLooks = 1024
    /// Most frames one `ENCS` names: a minute at 100 frames a second.
    static let mostStills = 6000
    static let magic = Array("ALERTENC".utf8)
    static let version: UInt16 = 3
    /// The version before, which lacks nothing but velocities.
    static let plainVersion: UInt16 = 2

    /// What a record is.
    enum Kind: UInt32 {
        case frame = 0x4643_4E45
        case stills = 0x5343_4E45
        case minute = 0x4D43_4E45
        case void = 0x5643_4E45
    }

    /// The header of a file of `encoder`'s.
    package static func header(_ encoder: EncoderIdentity) -> [UInt8] { header(encoder, version: version) }

    private static func header(_ encoder: EncoderIdentity, version: UInt16) -> [UInt8] {
        var bytes = magic + version.littleEndianBytes + UInt16(headerSize).littleEndianBytes
        bytes += UInt32(encoder.dimension).littleEndianBytes + encoder.paddedDigest
        bytes += [UInt8](repeating: 0, count: 12)
        return bytes + CRC32.checksum(bytes).littleEndianBytes
    }

    /// Why `bytes` are not the header of a file of `encoder`'s; nil when they are.
    static func problem(inHeader bytes: ArraySlice<UInt8>, for encoder: EncoderIdentity) -> String? {
        guard bytes.count == headerSize, bytes.starts(with: magic) else { return "it is no file of encodings" }
        if bytes.elementsEqual(header(encoder)) || isPlain(bytes, encoder) { return nil }
        if CRC32.checksum(bytes.prefix(60)) != bytes.integer(at: 60, UInt32.self) { return "its header is damaged" }
        let found = bytes.integer(at: 8, UInt16.self)
        if found != version, found != plainVersion { return "it has version \(found), this program reads \(version)" }
        return "it holds vectors of another encoder"
    }

    /// Whether `bytes` are the header of a file of `encoder`'s of version 2.
    static func isPlain(_ bytes: ArraySlice<UInt8>, _ encoder: EncoderIdentity) -> Bool {
        bytes.elementsEqual(header(encoder, version: plainVersion))
    }

    /// The dimension and digest in a header whose form is right; nil otherwise.
    static func encoder(inHeader bytes: [UInt8]) -> EncoderIdentity? {
        guard bytes.count == headerSize else { return nil }
        let dimension = Int(bytes[...].integer(at: 12, UInt32.self))
        guard let encoder = try? EncoderIdentity(digest: Array(bytes[16..<48]), dimension: dimension),
            problem(inHeader: bytes[...], for: encoder) == nil
        else { return nil }
        return encoder
    }

    /// Bytes of a look.
    static func lookSize(_ dimension: Int) -> Int { 20 + dimension }

    /// Bytes of a look's velocity.
    static let velocitySize = 8

    /// Bytes of a frame's payload with `looks` looks, without their velocities.
    static func payloadSize(looks: Int, dimension: Int) -> Int { 12 + looks * lookSize(dimension) }

    /// Bytes of a minute's payload.
    static func minuteSize(_ dimension: Int) -> Int { 44 + dimension }

    /// A frame's record.
    static func record(_ frame: StoredFrame, dimension: Int) -> [UInt8] {
        var payload = frame.time.microseconds.littleEndianBytes + UInt32(frame.looks.count).littleEndianBytes
        payload.reserveCapacity(payloadSize(looks: frame.looks.count, dimension: dimension))
        for look in frame.looks {
            for edge in [look.box.left, look.box.top, look.box.right, look.box.bottom] {
                payload += Float(edge).bitPattern.littleEndianBytes
            }
            append(look.vector, to: &payload)
        }
        for look in frame.hasVelocities ? frame.looks : [] {
            for part in [look.velocity?.right ?? .nan, look.velocity?.down ?? .nan] {
                payload += part.bitPattern.littleEndianBytes
            }
        }
        return record(.frame, payload)
    }

    /// The record of frames at `times`, all in one minute, that show the same as the frame whose record begins at `base`.
    static func record(stills times: [WallTime], like base: Int, in minute: WallTime) -> [UInt8] {
        var payload = UInt64(base).littleEndianBytes + minute.microseconds.littleEndianBytes
        for time in times {
            payload += UInt32(truncatingIfNeeded: time.microseconds - minute.microseconds).littleEndianBytes
        }
        return record(.stills, payload)
    }

    /// A minute's record.
    static func record(_ summary: MinuteSummary) -> [UInt8] {
        var payload = summary.minute.microseconds.littleEndianBytes
        for count in [summary.frames, summary.looks, summary.stills] { payload += UInt32(count).littleEndianBytes }
        payload += UInt64(summary.position).littleEndianBytes + UInt64(summary.bytes).littleEndianBytes
        payload += summary.radius.bitPattern.littleEndianBytes
        append(summary.mean, to: &payload)
        return record(.minute, payload)
    }

    /// A record that says nothing and takes `size` bytes, at least ``recordHeaderSize``.
    static func void(size: Int) -> [UInt8] {
        let payload = UInt32(size - recordHeaderSize).littleEndianBytes
        return Kind.void.rawValue.littleEndianBytes + payload + CRC32.checksum(payload).littleEndianBytes
            + [UInt8](repeating: 0, count: size - recordHeaderSize)
    }

    private static func append(_ vector: QuantizedVector, to payload: inout [UInt8]) {
        payload += vector.scale.bitPattern.littleEndianBytes
        payload += vector.values.lazy.map { UInt8(bitPattern: $0) }
    }

    private static func record(_ kind: Kind, _ payload: [UInt8]) -> [UInt8] {
        let size = UInt32(payload.count).littleEndianBytes
        return kind.rawValue.littleEndianBytes + size + CRC32.checksum(size + payload).littleEndianBytes + payload
    }
}

extension FixedWidthInteger {
    /// Least significant byte first.
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension ArraySlice<UInt8> {
    /// The number at `offset` from the slice's start, least significant byte first.
    func integer<T: FixedWidthInteger>(at offset: Int, _ type: T.Type) -> T {
        var value: T = 0
        let first = startIndex + offset
        for index in (first..<(first + MemoryLayout<T>.size)).reversed() {
            value = (MemoryLayout<T>.size == 1 ? 0 : value << 8) | T(truncatingIfNeeded: self[index])
        }
        return value
    }
}
