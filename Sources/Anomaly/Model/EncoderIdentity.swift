/// Which encoder made the encodings that a model of normality is made of. Another one makes it void.
public struct EncoderIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Its name, as in `models: { encoder: … }`.
    public let name: String
    /// Digest of its weights.
    public let digest: String
    /// Width of its encodings.
    public let width: Int
    /// Class of the pictures it is given: `640x360`.
    public let resolution: String

    /// Gathers the parts.
    public init(name: String, digest: String, width: Int, resolution: String) {
        precondition(width > 0, "width \(width)")
        self.name = name
        self.digest = digest
        self.width = width
        self.resolution = resolution
    }

    /// `starter@1a2b…, 512 wide, 640x360`.
    public var description: String { "\(name)@\(digest.prefix(12)), \(width) wide, \(resolution)" }
}
