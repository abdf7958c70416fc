extension ConfigurationReader {
    /// This daemon among others; nil for one machine.
    func cluster(_ section: SectionReader, isEmbedded: Bool) -> ClusterConfiguration? {
        let node = section.text("node")
        let address = section.url("address")
        let token = section.text("token").map(Secret.init)
        let (lease, timeout) = (section.seconds("lease_seconds"), section.seconds("search_timeout_seconds"))
        guard let node else {
            for key in ["address", "token"] where section.has(key) && !section.has("node") {
                section.report(key, "there is no cluster.node", "beside cluster.node")
            }
            return nil
        }
        if isEmbedded {
            section.report("node", "the embedded database cannot be shared", "beside a database of postgresql://…")
        }
        return ClusterConfiguration(
            node: node, address: address, token: token, lease: lease, searchTimeout: timeout)
    }
}
