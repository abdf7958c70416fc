public import Logging

public final class EmbeddedCluster: Sendable {
    public init(stateDirectory: String, logger: Logger) {}
    public func start() async throws(StoreError) -> DatabaseAddress { throw .postgresNotInstalled(searched: []) }
    public func stop() async {}
}
