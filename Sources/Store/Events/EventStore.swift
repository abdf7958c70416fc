public import Logging

/// Everything alertd keeps in PostgreSQL, by meaning: all SQL of the program is in this type's files.
///
/// Two connections, each on a thread of its own: one writes, one reads, so that a long listing never delays an event.
/// A lost connection throws ``StoreError/unavailable(what:address:why:)`` and the next call opens another.
public final class EventStore: Sendable {
    let writer: DatabaseConnection
    let reader: DatabaseConnection
    let logger: Logger
    private let cluster: EmbeddedCluster?

    /// Where the database is, printable.
    public var address: DatabaseAddress { writer.address }

    private init(address: DatabaseAddress, cluster: EmbeddedCluster?, logger: Logger) {
        writer = DatabaseConnection(address: address, threadName: "store-write")
        reader = DatabaseConnection(address: address, threadName: "store-read")
        self.cluster = cluster
        self.logger = logger
    }

    /// Opens the database of `target`, starting the private cluster if that is asked for and none runs. The schema of
    /// an embedded database is brought up to date; elsewhere it must be (``migrate()``), else this throws
    /// ``StoreError/schemaMismatch(found:needed:address:)``. `node` is this machine's name where several share a server.
    public static func open(
        _ target: DatabaseTarget, node: String? = nil, logger: Logger
    ) async throws(StoreError) -> EventStore {
        let store = try await connect(target, node: node, logger: logger)
        do throws(StoreError) {
            if store.cluster != nil { try await store.migrate() }
            try await store.requireCurrentSchema()
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    /// The same without looking at the schema: for `db migrate` and `db status`.
    public static func connect(
        _ target: DatabaseTarget, node: String? = nil, logger: Logger
    ) async throws(StoreError) -> EventStore {
        switch target {
        case .url(let text):
            return EventStore(address: try DatabaseAddress(text, node: node), cluster: nil, logger: logger)
        case .embedded(let stateDirectory):
            let cluster = EmbeddedCluster(stateDirectory: stateDirectory, logger: logger)
            let address = try await cluster.start()
            return EventStore(address: address, cluster: cluster, logger: logger)
        }
    }

    /// The same database by two more connections, for those who must not wait behind this one's callers. Closing it leaves a
    /// private cluster alone.
    public func sibling() -> EventStore { EventStore(address: address, cluster: nil, logger: logger) }

    /// Starts the private cluster's server again if it has died; nothing for a server of yours.
    func reviveCluster() async throws(StoreError) { _ = try await cluster?.start() }

    /// Ends the connections, and stops the private cluster if nobody else uses it.
    public func close() async {
        await writer.close()
        await reader.close()
        await cluster?.stop()
    }
}
