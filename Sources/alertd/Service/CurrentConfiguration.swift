import Base
import Configuration

/// The configuration in effect, replaced whole when the file was read again.
final class CurrentConfiguration: Sendable {
    private let held: Locked<Configuration>

    init(_ configuration: Configuration) { held = Locked(configuration) }

    /// The one in effect.
    var value: Configuration {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
