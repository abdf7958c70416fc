public import Base

/// A token of the HTTP service as it is stored: never the token itself.
public struct AccessTokenRecord: Sendable, Equatable {
    /// What a token may be used for.
    public enum Scope: String, Sendable, CaseIterable {
        /// To look.
        case read
        /// To look and to change.
        case admin
    }

    /// What people call it.
    public let name: String
    /// SHA-256 of the token: 32 bytes.
    public let digest: [UInt8]
    /// What it may be used for.
    public let scope: Scope
    /// The cameras whose footage and events it shows; nil means all.
    public let cameras: [String]?
    /// When it was stored; nil before that.
    public let createdAt: WallTime?

    /// Gathers the parts of a token that is to be stored.
    public init(name: String, digest: [UInt8], scope: Scope, cameras: [String]?) {
        (self.name, self.digest, self.scope, self.cameras) = (name, digest, scope, cameras)
        createdAt = nil
    }

    init(_ row: Row) throws(StoreError) {
        name = try row.text("name")
        guard let scope = Scope(rawValue: try row.text("scope")) else {
            throw .unexpectedResult(what: "read token \(name)", why: "its scope is unknown")
        }
        self.scope = scope
        digest = try row.bytes("digest")
        cameras = try row.optionalText("cameras").map { $0.split(separator: "\n").map(String.init) }
        createdAt = try row.time("created_at")
    }
}
