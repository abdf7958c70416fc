import Configuration
import Store

/// The nodes that share the database: whether they agree, and whether every camera is somebody's.
enum ClusterFindings {
    /// None for one machine, or where the database is away, which has a finding of its own.
    static func all(_ plan: DatabaseSession.Plan) async -> [Finding] {
        guard let cluster = plan.configuration.cluster else { return [] }
        let file = EffectiveConfiguration(plan.configuration).watched
        guard let standing = try? await DatabaseSession.with(plan, { try await $0.events.clusterStanding(file: file) })
        else { return [] }
        var findings: [Finding] = []
        if standing.alive.isEmpty {
            findings.append(
                Finding("cluster nodes", .warning, "none is running; start alertd on this or another machine"))
        } else if !standing.gone.isEmpty {
            findings.append(
                Finding(
                    "cluster nodes", .warning,
                    "\(list(standing.alive)) run; \(list(standing.gone)) did within a day and no longer do: start what "
                        + "should run there"))
        } else {
            findings.append(Finding("cluster nodes", .ok, "\(list(standing.alive)) run; this one is \(cluster.node)"))
        }
        findings.append(
            standing.disagreeing.isEmpty
                ? Finding("cluster configuration", .ok, "the running nodes have these cameras and queries")
                : Finding(
                    "cluster configuration", .failed,
                    "\(list(standing.disagreeing)) run with other cameras or queries than this file's; copy one file to all "
                        + "nodes and send SIGHUP"))
        findings.append(
            standing.unheld.isEmpty
                ? Finding("cluster leases", .ok, "every camera of a running node is watched by one")
                : Finding(
                    "cluster leases", .failed,
                    "nobody watches \(list(standing.unheld)); SELECT * FROM alertd.v_leases tells who did, the nodes' logs why"
                ))
        return findings
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
