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
        try checkPrompt(decoder, decoder.embed(ids), golden, folder.name)
    }

    /// A prompt's hidden states and logits, and the tokens that follow it, against the golden numbers that there are.
    static func checkPrompt(
        _ decoder: TextDecoder, _ prompt: Tensor, _ golden: SafetensorsFile, _ name: String
    ) throws {
        var cache = decoder.emptyCache(limit: 4096)
        var seen: [String: Tensor] = [:]
        let hidden = decoder.advance(prompt, cache: &cache, trace: Trace { seen[$0] = $1 })
        for (key, found) in [
            ("hidden_layer1", seen["text.hidden.1"]), ("hidden_last", hidden), ("lm_last_hidden", hidden),
        ] where golden.entries[key] != nil {
            expectClose(try #require(found), try golden.floats(key), .features, "\(name) \(key)")
        }
        expectClose(decoder.logits(hidden), try golden.floats("logits"), .logits, "\(name) logits")
        try checkGreedy(decoder, prompt, golden, name)
    }

    /// The tokens of a cached decoder, fed in two pieces, must be those of a full recompute; and those of a generator.
    private static func checkGreedy(
        _ decoder: TextDecoder, _ prompt: Tensor, _ golden: SafetensorsFile, _ name: String
    ) throws {
        let expected = try golden.integers("greedy_tokens").values
        let steps = golden.entries["greedy_step_logits"] == nil ? nil : try golden.floats("greedy_step_logits")
        var cache = decoder.emptyCache(limit: prompt.shape[0] + expected.count)
        _ = decoder.advance(prompt.rows(0..<3), cache: &cache)
        var (pending, found) = (prompt.rows(3..<prompt.shape[0]), [Int]())
        var sampler = Sampler(Sampler.Settings())
        for step in expected.indices {
            let hidden = decoder.advance(pending, cache: &cache)
            let logits = decoder.logits(hidden.rows(hidden.shape[0] - 1..<hidden.shape[0]))
            if let steps { expectClose(logits, steps.rows(step..<step + 1), .logits, "\(name) step \(step)") }
            let next = sampler.next(logits.values)
            let token = try #require(next)
            found.append(token)
            pending = decoder.embed([token])
        }
        #expect(found == expected, "\(name) greedy tokens")
        for format in [CompactRows.Format.fp32, .fp16] {
            var generator = try Generator(
                decoder, prompt: prompt, cache: decoder.emptyCache(limit: 4096, format: format),
                sampler: Sampler(Sampler.Settings()), stops: [], count: expected.count)
            var written: [Int] = []
            loop: while true {
                switch generator.step() {
                case .reading: continue
                case .token(let token): written.append(token)
                case .end: break loop
                }
            }
            #expect(written == expected, "\(name) generator, \(format)")
        }
    }
}
