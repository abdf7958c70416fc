/// Which database to use.
public enum DatabaseTarget: Sendable, Equatable {
    /// A private cluster in this directory, started on demand.
    case embedded(stateDirectory: String)
    /// A server, in libpq's URI or keyword form. May hold a password: print ``DatabaseAddress`` instead.
    case url(String)

    /// Reads what the configuration and `--database` hold: `embedded`, or an address of libpq's.
    public init(_ text: String, stateDirectory: String) {
        self = text == "embedded" ? .embedded(stateDirectory: stateDirectory) : .url(text)
    }
}
