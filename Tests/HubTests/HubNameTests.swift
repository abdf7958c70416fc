import Foundation
import Hub
import TestSupport
import Testing

@Suite("Names of models and hubs")
struct HubNameTests {
    @Test("a repository is an organisation and a model, with a revision or without")
    func repositories() throws {
        let plain = try HubRepository("openai/clip-vit-base-patch32")
        #expect(plain.name == "openai/clip-vit-base-patch32" && plain.revision == nil)
        let pinned = try HubRepository("Acme/Tiny_1.0@v2")
        #expect(pinned.name == "Acme/Tiny_1.0" && pinned.revision == "v2" && pinned.folderName == "tiny_1.0")
        #expect("\(pinned)" == "Acme/Tiny_1.0@v2")
        for wrong in [
            "", "tiny", "a/b/c", "a/", "/b", "../b", "a/..", "a/b@", "a/b@../x", "a b/c", "a/b?c", ".a/b", "a/b@x y",
        ] {
            #expect(throws: HubError.self, "\(wrong)") { try HubRepository(wrong) }
        }
    }

    @Test("the mirror comes before the endpoint, and never sees the token")
    func endpoints() throws {
        let environment = [
            "HF_TOKEN": "hf_secret", "HF_ENDPOINT": "https://hub.example.org/",
            "ALERTD_MODELS_MIRROR": "http://127.0.0.1:8080/hf",
        ]
        let mirror = try HubEndpoint(environment: environment)
        #expect(mirror.token == nil && mirror.shown == "http://127.0.0.1:8080/hf")
        let endpoint = try HubEndpoint(environment: environment.filter { $0.key != "ALERTD_MODELS_MIRROR" })
        #expect(endpoint.token == "hf_secret")
        #expect(
            endpoint.listing(of: "a/b", commit: "c") == "https://hub.example.org/api/models/a/b/tree/c?recursive=1")
        #expect(endpoint.description(of: "a/b", revision: "refs/pr/1").hasSuffix("/a/b/revision/refs%2Fpr%2F1"))
        #expect(
            endpoint.file("x y/ü.bin", of: "a/b", commit: "c")
                == "https://hub.example.org/a/b/resolve/c/x%20y/%C3%BC.bin")
        #expect(endpoint.owns("https://hub.example.org/api/x") && !endpoint.owns("https://hub.example.org.evil/x"))
        let usual = try HubEndpoint(environment: [:])
        #expect(usual.shown == "https://huggingface.co" && usual.token == nil)
        for wrong in ["hub.example.org", "ftp://hub", "https://hub/?a=b", "https://hub/#c"] {
            #expect(throws: HubError.self, "\(wrong)") { try HubEndpoint(environment: ["HF_ENDPOINT": wrong]) }
        }
    }

    @Test("the bundled catalogue has the models that the guide names, each with licence, recipe and size")
    func catalogue() throws {
        let catalogue = try ModelCatalogue(path: Fixtures.root.appending(path: "share/models.json").path)
        let names = [
            "smolvlm2-500m-video", "videollama3-2b", "clip-vit-b-32", "siglip2-base", "dinov2-small", "minilm",
        ]
        #expect(Set(catalogue.entries.map(\.name)) == Set(names))
        for entry in catalogue.entries {
            #expect(
                !entry.licence.isEmpty && !entry.recipe.isEmpty && !entry.summary.isEmpty && entry.bytes > 1_000_000)
        }
        #expect(catalogue["clip-vit-b-32"]?.use == .encoder && catalogue["videollama3-2b"]?.use == .describer)
        #expect(catalogue["nothing"] == nil)
    }

    @Test("a catalogue that cannot be right is refused")
    func wrongCatalogues() throws {
        let folder = try ScratchFolder()
        func entry(_ name: String, _ repository: String = "a/b", _ revision: String = "null") -> String {
            """
            {"name": "\(name)", "use": "encoder", "repository": "\(repository)", "revision": \(revision), "licence": "MIT",
             "recipe": "clip", "bytes": 1, "summary": "s", "digests": {}}
            """
        }
        func read(_ entries: String...) throws {
            let text = #"{"models": ["# + entries.joined(separator: ",") + "]}"
            _ = try ModelCatalogue(path: try folder.write("models.json", Data(text.utf8)))
        }
        try read(entry("one"), entry("two"))
        #expect(throws: HubError.self) { try read(entry("one"), entry("one")) }
        #expect(throws: HubError.self) { try read(entry("../one")) }
        #expect(throws: HubError.self) { try read(entry("starter")) }
        #expect(throws: HubError.self) { try read(entry("one", "nowhere")) }
        #expect(throws: HubError.self) { try read(entry("one", "a/b", "\"main\"")) }
        #expect(throws: HubError.self) { try read("{}") }
        #expect(throws: HubError.self) { try ModelCatalogue(path: folder.file("absent").path) }
    }
}
