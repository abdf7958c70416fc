extension ConfigurationKeys {
    /// The keys of several daemons that share one database.
    static let cluster: [ConfigurationKey] = [
        .init(
            "cluster", .section,
            "Several daemons that share one PostgreSQL and the cameras among them. Off unless `node` is given."),
        .init(
            "cluster.node", .name, environment: "ALERTD_CLUSTER_NODE",
            "This machine's name among the nodes. It needs a `database` that all of them reach."),
        .init(
            "cluster.address", .url(word: nil, schemes: ["https", "http"]), environment: "ALERTD_CLUSTER_ADDRESS",
            "Where the other nodes reach this one's HTTP service, such as `https://gate-1.example.org:8750`; without it "
                + "their searches miss what this node watched. `http` only for 127.0.0.1."),
        .init(
            "cluster.token", .secret,
            "What this node shows the others when it asks them: a token of `alertd token create NAME`."),
        .init(
            "cluster.lease_seconds", .number(4...60), default: "8", unit: "s",
            "How long a camera stays with a node that is not heard of. It is renewed four times in that time."),
        .init(
            "cluster.search_timeout_seconds", .number(0.1...60), default: "3", unit: "s",
            "Longest wait for another node's answer to a search; what is missing then is named."),
    ]
}
