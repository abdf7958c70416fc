import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of text decoders: hidden states, logits, and tokens chosen greedily with and without a cache.
enum DecoderParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        let type = try folder.json("config.json")?["model_type"] as? String
        return ["llama", "qwen2", "mistral"].contains(type) && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let decoder = try LanguageModel.loadNetwork(folder: folder.url.path).decoder
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let ids = try #require(try golden.idRows("input_ids").first)
        var cache = decoder.emptyCache(limit: 4096)
        var seen: [String: Tensor] = [:]
        let hidden = decoder.advance(decoder.embed(ids), cache: &cache, trace: Trace { seen[$0] = $1 })
        expectClose(
            try #require(seen["text.hidden.1"]), try golden.floats("hidden_layer1"), .features,
            "\(folder.name) hidden_layer1")
        expectClose(hidden, try golden.floats("hidden_last"), .features, "\(folder.name) hidden_last")
        expectClose(decoder.logits(hidden), try golden.floats("logits"), .logits, "\(folder.name) logits")
        try checkGreedy(decoder, ids, golden, folder)
    }

    /// The tokens of a cached decoder, fed in pieces of several lengths, must be those of a full recompute.
    private static func checkGreedy(
        _ decoder: TextDecoder, _ ids: [Int], _ golden: SafetensorsFile, _ folder: VectorFolder
    ) throws {
        let expected = try golden.integers("greedy_tokens").values
        let steps = try golden.floats("greedy_step_logits")
        var cache = decoder.emptyCache(limit: ids.count + expected.count)
        var (pending, found) = (ids, [Int]())
        _ = decoder.advance(decoder.embed(Array(pending.prefix(3))), cache: &cache)
        pending.removeFirst(3)
        var sampler = Sampler(Sampler.Settings())
        for step in expected.indices {
            let hidden = decoder.advance(decoder.embed(pending), cache: &cache)
            let logits = decoder.logits(hidden.rows(hidden.shape[0] - 1..<hidden.shape[0]))
            expectClose(logits, steps.rows(step..<step + 1), .logits, "\(folder.name) step \(step)")
            let next = sampler.next(logits.values)
            let token = try #require(next)
            found.append(token)
            pending = [token]
        }
        #expect(found == expected, "\(folder.name) greedy tokens")
        var generator = try Generator(
            decoder, prompt: decoder.embed(ids), cache: decoder.emptyCache(limit: 4096),
            sampler: Sampler(Sampler.Settings()), stops: [], count: expected.count)
        var written: [Int] = []
        loop: while true {
            switch generator.step() {
            case .reading: continue
            case .token(let token): written.append(token)
            case .end: break loop
            }
        }
        #expect(written == expected, "\(folder.name) generator")
    }
}
