import Base
import Configuration
import Testing

@Suite("Reloading", .timeLimit(.minutes(5)))
struct CameraChangesTests {
    private func read(_ yaml: String) throws -> Configuration { try ConfigurationFixture.sources.resolve(yaml: yaml) }

    @Test("cameras added, removed, changed and unchanged are told apart")
    func cameras() throws {
        let old = try read("cameras: { a: { url: rtsp://a }, b: { url: rtsp://b }, c: { url: rtsp://c } }")
        let new = try read(
            "cameras: { d: { url: rtsp://d }, c: { url: rtsp://c, analyse_fps: 2 }, b: { url: rtsp://b, analyse_fps: 1.0 } }"
        )
        let changes = CameraChanges(from: old, to: new)
        #expect(changes.added.map(\.name) == ["d"])
        #expect(changes.removed.map(\.name) == ["a"])
        #expect(changes.changed.map(\.name) == ["c"])
        #expect(changes.unchanged.map(\.name) == ["b"])
        #expect(changes.needingRestart == [] && changes.queriesChanged == [] && !changes.isEmpty)
        #expect(CameraChanges(from: new, to: new).isEmpty)
    }

    @Test("a new password is a change although both print the same")
    func password() throws {
        let (old, new) = (
            try read("cameras: { a: { url: 'rtsp://u:one@h/s' } }"),
            try read("cameras: { a: { url: 'rtsp://u:two@h/s' } }")
        )
        #expect(EffectiveConfiguration(old).yaml == EffectiveConfiguration(new).yaml)
        #expect(CameraChanges(from: old, to: new).changed.map(\.name) == ["a"])
    }

    @Test("a query's change concerns the cameras it is watched on")
    func queries() throws {
        let cameras = "cameras: { a: { url: rtsp://a }, b: { url: rtsp://b } }\n"
        let old = try read(cameras + "queries: { q: { text: one, cameras: [a] }, r: { text: all } }")
        let new = try read(cameras + "queries: { q: { text: two, cameras: [a] }, r: { text: all } }")
        #expect(CameraChanges(from: old, to: new).queriesChanged.map(\.name) == ["a"])
        let more = try read(
            "cameras: { a: { url: rtsp://a }, b: { url: rtsp://b }, c: { url: rtsp://c } }\nqueries: { r: { text: all } }"
        )
        let changes = CameraChanges(from: old, to: more)
        #expect(changes.queriesChanged.map(\.name) == ["a"])
        #expect(changes.added.map(\.name) == ["c"] && changes.unchanged.map(\.name) == ["a", "b"])
    }

    @Test("what only a restart applies is named")
    func restart() throws {
        let old = try read("")
        let cases: [(String, String)] = [
            ("database: 'postgresql:///x'", "database"), ("state: /x", "state"), ("log: { level: debug }", "log"),
            ("models: { encoder: other }", "models"), ("http: { listen: 'localhost:1' }", "http"),
            ("describe: { tokens_per_hour: 1 }", "describe"),
        ]
        for (yaml, section) in cases {
            #expect(CameraChanges(from: old, to: try read(yaml)).needingRestart == [section])
        }
    }

    @Test("other receivers are a change that needs no restart")
    func receivers() throws {
        let (old, new) = (try read(""), try read("notify: { webhook: 'https://h/x' }"))
        let changes = CameraChanges(from: old, to: new)
        #expect(changes.notifyChanged && changes.needingRestart == [] && !changes.isEmpty)
        #expect(!CameraChanges(from: new, to: try read("notify: { webhook: 'https://h/x' }")).notifyChanged)
    }
}
