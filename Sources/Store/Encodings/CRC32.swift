/// The checksum of IEEE 802.3 (polynomial 0xEDB88320, reflected), as zlib's `crc32`.
package enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// The checksum of `bytes`.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 { ~extend(~UInt32(0), bytes) }

    /// The checksum of the two one after the other.
    static func checksum(_ first: some Sequence<UInt8>, _ second: some Sequence<UInt8>) -> UInt32 {
        ~extend(extend(~UInt32(0), first), second)
    }

    private static func extend(_ value: UInt32, _ bytes: some Sequence<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            bytes.reduce(value) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
        }
    }
}
