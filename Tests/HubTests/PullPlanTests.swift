import Foundation
import Hub
import Testing

@Suite("What a pull fetches")
struct PullPlanTests {
    private let commit = String(repeating: "1", count: 40)

    private func digest(_ letter: Character) -> PublishedDigest { .sha256(String(repeating: letter, count: 64)) }

    private func file(_ path: String, _ size: Int64 = 10, _ letter: Character = "a") -> HubFile {
        HubFile(path: path, size: size, digest: digest(letter))
    }

    private func entry(_ digests: [String: PublishedDigest] = [:]) throws -> ModelEntry {
        let json = """
            {"name": "tiny", "use": "encoder", "repository": "acme/tiny", "revision": "\(commit)", "licence": "MIT",
             "recipe": "clip", "bytes": 1, "summary": "", "digests": {\(
                digests.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ","))}}
            """
        return try JSONDecoder().decode(ModelEntry.self, from: Data(json.utf8))
    }

    private func names(_ files: [HubFile]) throws -> [String] {
        try FileSelection.files(of: files, repository: "acme/tiny", recipe: "clip").map(\.path)
    }

    @Test("only what the recipe reads is fetched, small files first, and the licence's text")
    func selection() throws {
        let chosen = try names([
            file("model.safetensors", 900), file("pytorch_model.bin", 900), file("tf_model.h5", 900), file("README.md"),
            file("config.json", 1), file("tokenizer.json", 50), file("vocab.json", 40), file("merges.txt", 40),
            file("LICENSE", 5), file("onnx/model.onnx", 900), file("modeling_x.py"),
            file("preprocessor_config.json", 2),
        ])
        #expect(
            chosen == ["config.json", "preprocessor_config.json", "LICENSE", "tokenizer.json", "model.safetensors"])
    }

    @Test("shards come with their index, and older tokenizers where there is no new one")
    func shards() throws {
        let chosen = try names([
            file("config.json", 1), file("model.safetensors.index.json", 3),
            file("model-00001-of-00002.safetensors", 500),
            file("model-00002-of-00002.safetensors", 400), file("vocab.json", 4), file("merges.txt", 5),
            file("tokenizer.model", 6), file("training_args.bin", 7),
        ])
        #expect(
            chosen == [
                "config.json", "model.safetensors.index.json", "vocab.json", "merges.txt",
                "model-00002-of-00002.safetensors", "model-00001-of-00002.safetensors",
            ])
        #expect(
            try names([file("config.json", 1), file("pytorch_model.bin", 2)]) == ["config.json", "pytorch_model.bin"])
    }

    @Test("a repository without configuration or weights is refused, and both are named")
    func missing() throws {
        do {
            _ = try names([file("README.md"), file("sub/config.json"), file("sub/model.safetensors")])
            Issue.record("nothing was refused")
        } catch let error as HubError {
            let text = "\(error)"
            #expect(text.contains("config.json") && text.contains("weights") && text.contains("acme/tiny"))
        }
    }

    @Test("what the catalogue or an earlier pull knows of a file must be what the hub lists")
    func known() throws {
        let listing = [file("config.json", 1), file("model.safetensors", 2)]
        let plan = try PullPlan(
            try entry(["config.json": digest("a")]), commit: commit, licence: "other", listing: listing, earlier: nil)
        #expect(plan.files.count == 2 && plan.bytes == 3 && plan.licence == "MIT" && plan.lock.commit == commit)
        #expect(throws: HubError.self) {
            try PullPlan(
                try entry(["config.json": digest("b")]), commit: commit, licence: nil, listing: listing, earlier: nil)
        }
        let earlier = ModelLock(
            repository: "acme/tiny", commit: commit, licence: "MIT", files: [file("model.safetensors", 2, "c")])
        #expect(throws: HubError.self) {
            try PullPlan(try entry(), commit: commit, licence: nil, listing: listing, earlier: earlier)
        }
        // Another commit may have other files.
        let next = String(repeating: "2", count: 40)
        _ = try PullPlan(try entry(), commit: next, licence: nil, listing: listing, earlier: earlier)
    }

    @Test("a digest of another kind than the list's is compared once the file is there")
    func otherKind() throws {
        let blob = PublishedDigest.gitBlob(String(repeating: "d", count: 40))
        let plan = try PullPlan(
            try entry(["config.json": blob]), commit: commit, licence: nil,
            listing: [file("config.json", 1), file("model.safetensors", 2)], earlier: nil)
        #expect(plan.alsoKnown == [HubFile(path: "config.json", size: 1, digest: blob)])
    }

    @Test("a pull is tried again as long as bytes come, waits as it is told, and gives up")
    func retries() {
        var policy = RetryPolicy()
        for _ in 0..<100 { #expect(policy.wait(afterBringing: 1, asked: nil) != nil) }
        #expect(policy.wait(afterBringing: 0, asked: .seconds(7)) == .seconds(7))
        #expect(policy.wait(afterBringing: 0, asked: .seconds(3600)) == nil)
        policy = RetryPolicy()
        let waits = (0..<5).map { _ in policy.wait(afterBringing: 0, asked: nil) }
        #expect(waits.dropLast().allSatisfy { $0 != nil } && waits.last == .some(nil))
        #expect(zip(waits, waits.dropFirst().dropLast()).allSatisfy { ($0 ?? .zero) < ($1 ?? .zero) })
    }
}
