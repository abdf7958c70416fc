import Configuration
import Testing

@Suite("Several daemons in the configuration", .timeLimit(.minutes(5)))
struct ClusterTests {
    private func read(_ yaml: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try ConfigurationSources(
            environment: ConfigurationFixture.environment.merging(environment) { $1 }
        ).resolve(yaml: yaml)
    }

    @Test("it is off unless a node is named, in the file or by the environment, which makes one file fit all machines")
    func node() throws {
        let file = "database: 'postgresql:///x'\ncluster: { lease_seconds: 6 }"
        #expect(try read(file).cluster == nil)
        let named = try #require(
            try read(
                file,
                ["ALERTD_CLUSTER_NODE": "b", "ALERTD_CLUSTER_ADDRESS": "https://b.example.org:8750"]
            ).cluster)
        #expect(named.node == "b" && named.address?.description == "https://b.example.org:8750")
        #expect(named.lease == .seconds(6) && named.searchTimeout == .seconds(3) && named.token == nil)
        #expect(throws: ConfigurationError.self) { try read(file, ["ALERTD_CLUSTER_NODE": "a b"]) }
    }

    @Test("what nodes must have in common is the same on all of them, and holds no secret")
    func watched() throws {
        let cameras = "a: { url: 'rtsp://u:${GATE_PASSWORD}@h/1' }, b: { url: 'rtsp://u:open-secret@h/2' }"
        let one = try read(
            "database: 'postgresql:///x'\nstate: /one\ncluster: { node: a }\ncameras: { \(cameras) }\nqueries: { q: { text: t } }"
        )
        let other = try read(
            """
            database: 'postgresql:///x'
            state: /two
            cluster: { node: b, token: another-secret }
            cameras: { \(cameras) }
            queries: { q: { text: t } }
            """)
        let text = EffectiveConfiguration(one).watched
        for secret in ["s3cretPW", "open-secret", "another-secret"] { #expect(!text.contains(secret)) }
        #expect(text.contains("rtsp://***@h/1"))
        let changed = try read("cameras: { \(cameras) }\nqueries: { q: { text: other } }")
        #expect(EffectiveConfiguration(changed).watched != text)
        #expect(EffectiveConfiguration(other).watched == text)
    }
}
