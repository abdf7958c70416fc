/// Whether a database that answers has what alertd needs beside its schema.
public struct DatabaseHealth: Sendable, Equatable {
    /// Extensions without which the schema does not work and that are not there.
    public let missingExtensions: [String]
    /// Whether the extension is there by which SQL's `search` asks a daemon.
    public let hasDblink: Bool
    /// The database's encoding; alertd writes UTF8.
    public let encoding: String
    /// Whether the role may write events.
    public let mayWrite: Bool
    /// Whether it is a standby, which nobody can write to.
    public let isStandby: Bool
    /// Seconds by which the server's clock is ahead of this machine's.
    public let secondsAhead: Double

    /// Extensions that the schema is made with.
    static let extensions = ["btree_gist", "pg_trgm"]
}
