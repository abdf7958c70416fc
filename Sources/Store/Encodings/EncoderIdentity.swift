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
