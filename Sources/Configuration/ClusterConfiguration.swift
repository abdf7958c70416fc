/// This daemon as one of several that share a database.
public struct ClusterConfiguration: Hashable, Sendable {
    /// The machine's name among the nodes.
    public let node: String
    /// Where the others reach its HTTP service; nil when they do not.
    public let address: SecretURL?
    /// What it shows the others when it asks them.
    public let token: Secret?
    /// How long a camera stays with a node that is not heard of.
    public let lease: Duration
    /// Longest wait for another node's answer to a search.
    public let searchTimeout: Duration
}
