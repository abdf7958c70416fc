public import Base

/// Everything that a file, the environment and the command line say, checked and complete. Immutable: a reload makes a
/// new one.
public struct Configuration: Hashable, Sendable {
    /// Which database holds the events.
    public enum Database: Hashable, Sendable {
        /// A private cluster under the state directory.
        case embedded
        /// A PostgreSQL server.
        case url(SecretURL)
    }

    /// Which database holds the events.
    public let database: Database
    /// Directory for everything that alertd writes.
    public let state: String
    /// What is logged.
    public let log: LogConfiguration
    /// Which models are used.
    public let models: ModelsConfiguration
    /// The HTTP service.
    public let http: HTTPConfiguration
    /// The cameras, in the file's order.
    public let cameras: [CameraConfiguration]
    /// The standing queries, in the file's order.
    public let queries: [QueryConfiguration]
    /// Where events are announced.
    public let notify: NotifyConfiguration
    /// How events are described.
    public let describe: DescribeConfiguration
    /// This daemon among others that share the database; nil for one machine.
    public let cluster: ClusterConfiguration?
    /// Texts that held `${NAME}`, as written, by key path: what is printed in their place.
    let written: [String: String]

    /// The camera called `name`.
    public func camera(_ name: CameraID) -> CameraConfiguration? { cameras.first { $0.name == name } }
}

extension Configuration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How much there is of it; ``EffectiveConfiguration`` prints the whole.
    public var description: String { "configuration of \(cameras.count) cameras and \(queries.count) queries" }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
