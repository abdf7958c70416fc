import Configuration
import Foundation
import Logging
import Outbound
import Pipeline
import Store

/// This daemon as one of several that share a database; nothing of it for one machine.
enum ClusterSetup {
    /// What shares the cameras with the other nodes; nil for one machine. Throws when the state directory cannot hold the
    /// machine's identity.
    static func keeper(
        _ plan: DatabaseSession.Plan, store: EventStore, book: LeaseBook, supervisor: CameraSupervisor,
        writer: StoreWriter, logger: Logger
    ) throws(StoreError) -> LeaseKeeper? {
        guard let cluster = plan.configuration.cluster else { return nil }
        let request = LeaseRequest(
            node: cluster.node, machine: try MachineIdentity.of(stateDirectory: plan.state.path),
            address: cluster.address?.revealed, length: cluster.lease, cameras: [], file: "")
        return LeaseKeeper(
            request, leases: store.cameraLeases(), book: book, supervisor: supervisor, writer: writer, logger: logger)
    }

    /// A search over all nodes, by `local` here; the others are waited for as long as the configuration says, and `patience` at most.
    static func search(
        _ local: FootageSearch, events: EventStore, _ configuration: Configuration, environment: [String: String],
        patience: Duration? = nil, logger: Logger
    ) -> ClusterSearch {
        let peers = configuration.cluster.map { cluster in
            ClusterSearch.Peers(
                node: cluster.node, token: cluster.token?.revealed,
                timeout: min(cluster.searchTimeout, patience ?? cluster.searchTimeout),
                client: OutboundClient(NetworkSettings(environment: environment)))
        }
        return ClusterSearch(local, events: events, peers: peers, logger: logger)
    }
}
