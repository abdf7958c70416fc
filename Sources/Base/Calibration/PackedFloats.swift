internal import FoundationEssentials

/// Floats that are stored as one run of little-endian bytes, where an array of numbers would be slow and large.
public struct PackedFloats: Sendable, Equatable, Codable {
    /// The values.
    public var values: [Float]

    /// Wraps `values`.
    public init(_ values: [Float]) { self.values = values }

    /// Throws `DecodingError` unless the bytes are whole, finite floats.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let bytes = [UInt8](try container.decode(Data.self))
        guard bytes.count % 4 == 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(bytes.count) bytes of floats")
        }
        values = bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
        guard values.allSatisfy({ $0.isFinite }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a float that is not finite")
        }
    }

    /// Writes the bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let data = values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
        try container.encode(data)
    }
}
