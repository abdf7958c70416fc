package import Base

/// Which encoder made a vector: vectors of two encoders cannot be compared, so their files are kept apart.
public struct EncoderIdentity: Sendable, Hashable {
    /// Digest of the encoder's weights, 1–32 bytes.
    public let digest: [UInt8]
    /// Length of its vectors.
    public let dimension: Int

    /// An encoder by the digest of its weights. Throws ``StoreError/invalidValue(what:why:)`` for a digest of other
    /// than 1–32 bytes or a dimension outside 1…16,384.
    public init(digest: [UInt8], dimension: Int) throws(StoreError) {
        guard (1...32).contains(digest.count), (1...16_384).contains(dimension) else {
            throw .invalidValue(
                what: "encodings", why: "a digest of \(digest.count) bytes or a dimension of \(dimension)")
        }
        self.digest = digest
        self.dimension = dimension
    }

    /// The digest filled up with zeros, as the header holds it.
    var paddedDigest: [UInt8] { digest + [UInt8](repeating: 0, count: 32 - digest.count) }

    /// What tells the encoder's files from others in their names.
    var fileTag: String {
        let word = CRC32.checksum(paddedDigest)
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// The bytes of a file of encodings; all numbers little-endian.
///
/// Header, 64 bytes: magic (8), version (2), header size (2), dimension (4), encoder digest (32), zeros (12), CRC-32 of
/// the 60 bytes before (4). Then records: marker (4), payload size (4), CRC-32 of size and payload (4), payload: time
/// in microseconds (8), number of looks (4), per look its box (4 × Float32) and its vector (D × Float16).
package enum EncodingFormat {
    package static let headerSize = 64
    package static let recordHeaderSize = 12
    package static let mostLooks = 1024
    static let magic = Array("ALERTENC".utf8)
    static let version: UInt16 = 1
    /// `REC1`: by it the next record is found after a damaged one.
    static let marker = Array("REC1".utf8)

    /// The header of a file of `encoder`'s.
    package static func header(_ encoder: EncoderIdentity) -> [UInt8] {
        var bytes = magic + version.littleEndianBytes + UInt16(headerSize).littleEndianBytes
        bytes += UInt32(encoder.dimension).littleEndianBytes + encoder.paddedDigest
        bytes += [UInt8](repeating: 0, count: 12)
        return bytes + CRC32.checksum(bytes).littleEndianBytes
    }

    /// Why `bytes` are not the header of a file of `encoder`'s; nil when they are.
    static func problem(inHeader bytes: ArraySlice<UInt8>, for encoder: EncoderIdentity) -> String? {
        guard bytes.count == headerSize, bytes.starts(with: magic) else { return "it is no file of encodings" }
        let expected = header(encoder)
        if bytes.elementsEqual(expected) { return nil }
        if CRC32.checksum(bytes.prefix(60)) != bytes.integer(at: 60, UInt32.self) { return "its header is damaged" }
        let found = bytes.integer(at: 8, UInt16.self)
        if found != version { return "it has version \(found), this program reads \(version)" }
        return "it holds vectors of another encoder"
    }

    /// Bytes of a payload with `looks` looks.
    static func payloadSize(looks: Int, dimension: Int) -> Int { 12 + looks * (16 + 2 * dimension) }

    /// One record. Throws ``StoreError/invalidValue(what:why:)`` for what cannot be read back.
    package static func record(_ encoding: FrameEncoding, dimension: Int) throws(StoreError) -> [UInt8] {
        guard encoding.looks.count <= mostLooks else {
            throw .invalidValue(what: "an encoding at \(encoding.time)", why: "\(encoding.looks.count) looks")
        }
        var payload = encoding.time.microseconds.littleEndianBytes + UInt32(encoding.looks.count).littleEndianBytes
        payload.reserveCapacity(payloadSize(looks: encoding.looks.count, dimension: dimension))
        for look in encoding.looks {
            guard look.values.count == dimension else {
                throw .invalidValue(
                    what: "an encoding at \(encoding.time)", why: "\(look.values.count) values instead of \(dimension)")
            }
            for edge in [look.box.left, look.box.top, look.box.right, look.box.bottom] {
                payload += Float(edge).bitPattern.littleEndianBytes
            }
            for value in look.values {
                let half = Float16(value)
                guard half.isFinite else {
                    throw .invalidValue(what: "an encoding at \(encoding.time)", why: "its values are not finite")
                }
                payload += half.bitPattern.littleEndianBytes
            }
        }
        let size = UInt32(payload.count).littleEndianBytes
        return marker + size + CRC32.checksum(size + payload).littleEndianBytes + payload
    }

    /// The encoding of a payload whose checksum was right; nil if it is malformed all the same.
    static func encoding(inPayload bytes: ArraySlice<UInt8>, dimension: Int) -> FrameEncoding? {
        guard bytes.count >= 12 else { return nil }
        let count = Int(bytes.integer(at: 8, UInt32.self))
        guard (1...mostLooks).contains(count), bytes.count == payloadSize(looks: count, dimension: dimension) else {
            return nil
        }
        var looks: [FrameEncoding.Look] = []
        for index in 0..<count {
            let start = 12 + index * (16 + 2 * dimension)
            let edges = (0..<4).map { Double(Float(bitPattern: bytes.integer(at: start + 4 * $0, UInt32.self))) }
            guard edges.allSatisfy(\.isFinite) else { return nil }
            var values = [Float](repeating: 0, count: dimension)
            for column in 0..<dimension {
                values[column] = Float(Float16(bitPattern: bytes.integer(at: start + 16 + 2 * column, UInt16.self)))
            }
            let box = Box(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
            looks.append(FrameEncoding.Look(box: box, values: values))
        }
        return FrameEncoding(time: WallTime(microseconds: bytes.integer(at: 0, Int64.self)), looks: looks)
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
