import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("decoders, caches and sampling")
struct DecoderTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    /// A decoder of 20 tokens and 2 layers, 4 heads on 2 key heads.
    static func tiny(_ changes: [String: Any] = [:]) -> TinyModel {
        var tensors: [(key: String, shape: [Int])] = [
            ("model.embed_tokens.weight", [20, 8]), ("model.norm.weight", [8]), ("lm_head.weight", [20, 8]),
        ]
        for layer in 0..<2 {
            let prefix = "model.layers.\(layer)."
            for (name, shape) in [
                ("input_layernorm", [8]), ("post_attention_layernorm", [8]), ("self_attn.q_proj", [16, 8]),
                ("self_attn.k_proj", [8, 8]), ("self_attn.v_proj", [8, 8]), ("self_attn.o_proj", [8, 16]),
                ("mlp.gate_proj", [12, 8]), ("mlp.up_proj", [12, 8]), ("mlp.down_proj", [8, 12]),
            ] { tensors.append((prefix + name + ".weight", shape)) }
        }
        let config: [String: Any] = [
            "model_type": "llama", "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4, "vocab_size": 20,
            "max_position_embeddings": 400,
        ]
        return TinyModel(config: config.merging(changes) { $1 }, tensors: tensors)
    }

    private func decoder() throws -> TextDecoder {
        try Self.tiny().write(to: folder)
        return try LanguageModel.loadNetwork(folder: folder.path).decoder
    }

    @Test("a text in pieces gives what it gives as a whole, and a copied cache is a beginning of its own")
    func pieces() throws {
        let decoder = try decoder()
        let ids = (0..<300).map { ($0 * 7 + 3) % 20 }
        var whole = decoder.emptyCache(limit: 400)
        let expected = decoder.advance(decoder.embed(ids), cache: &whole).rowArrays
        var cache = decoder.emptyCache(limit: 400)
        var found: [[Float]] = []
        for piece in [0..<1, 1..<2, 2..<130, 130..<131, 131..<300] {
            found += decoder.advance(decoder.embed(Array(ids[piece])), cache: &cache).rowArrays
        }
        #expect(cache.count == 300 && cache.byteCount <= 2 * 2 * 4 * 8 * 400)
        for (found, expected) in zip(found, expected) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        }
        cache.truncate(to: 10)
        var copy = cache
        let one = decoder.advance(decoder.embed([1]), cache: &cache).values
        let other = decoder.advance(decoder.embed([2]), cache: &copy).values
        #expect(one != other && cache.count == 11 && copy.count == 11)
        copy.truncate(to: 10)
        #expect(decoder.advance(decoder.embed([1]), cache: &copy).values == one)
    }

    @Test(
        "a generator ends at a stop token, at the number asked for and at the cache's bound; a prompt too long is refused"
    )
    func ends() throws {
        let decoder = try decoder()
        func written(stops: Set<Int>, count: Int, limit: Int) throws -> [Int] {
            var generator = try Generator(
                decoder, prompt: decoder.embed([3, 5, 7]), cache: decoder.emptyCache(limit: limit),
                sampler: Sampler(Sampler.Settings()), stops: stops, count: count)
            var tokens: [Int] = []
            while true {
                switch generator.step() {
                case .reading: continue
                case .token(let token): tokens.append(token)
                case .end: return tokens
                }
            }
        }
        let free = try written(stops: [], count: 6, limit: 100)
        #expect(free.count == 6)
        #expect(try written(stops: [free[0]], count: 6, limit: 100) == [])
        #expect(try written(stops: [], count: 0, limit: 100) == [])
        #expect(try written(stops: [], count: 100, limit: 5) == Array(free.prefix(3)))
        #expect(throws: ModelError.contextTooLong(tokens: 3, limit: 2)) { try written(stops: [], count: 1, limit: 2) }
    }

    @Test(
        "configurations that ask for what is not there are refused with the key",
        arguments: [
            ("rope_scaling.rope_type", #"{"rope_scaling":{"rope_type":"yarn"}}"#),
            ("sliding_window", #"{"sliding_window":8}"#),
            ("rope_parameters.rope_type", #"{"rope_parameters":{"rope_type":"llama3"}}"#),
            ("num_key_value_heads", #"{"num_key_value_heads":3}"#), ("head_dim", #"{"head_dim":3}"#),
            ("rope_theta", #"{"rope_theta":0}"#), ("hidden_act", #"{"hidden_act":"tanh"}"#),
            ("model_type", #"{"model_type":"x"}"#),
            ("model.embed_tokens.weight", #"{"vocab_size":21}"#),
            ("lm_head.weight", #"{"vocab_size":20,"hidden_size":8,"tie":1}"#),
        ])
    func refused(key: String, change: String) throws {
        let changes = try #require(try JSONSerialization.jsonObject(with: Data(change.utf8)) as? [String: Any])
        var tiny = Self.tiny(changes)
        if key == "lm_head.weight" { tiny.tensors.removeAll { $0.key == key } }
        try tiny.write(to: folder)
        let error = #expect(throws: ModelError.self) { try LanguageModel.loadNetwork(folder: folder.path) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(key) || key == "model_type", "\(text)")
    }

    @Test("without temperature the best token is taken, the first of equals")
    func greedy() {
        var sampler = Sampler(Sampler.Settings())
        #expect(sampler.next([0, 3, 3, 1]) == 1)
        #expect(sampler.next([0, 3, 3, 1]) { $0 != 1 } == 2)
        #expect(sampler.next([0, 3]) { _ in false } == nil)
    }

    @Test("a repetition penalty turns from what was there before")
    func penalty() {
        var settings = Sampler.Settings()
        settings.repetitionPenalty = 2
        var sampler = Sampler(settings)
        #expect(sampler.next([1, 3, 2, -1]) == 1)
        #expect(sampler.next([1, 3, 2, -1]) == 2)
        sampler.note([0])
        #expect(sampler.next([1, 1, 1, 0.9]) == 3)
    }

    @Test("drawn tokens follow the softmax, a seed repeats itself, and the limits hold")
    func drawing() {
        let logits: [Float] = [2, 1, 0, -1]
        func counts(_ change: (inout Sampler.Settings) -> Void) -> [Int] {
            var settings = Sampler.Settings()
            settings.temperature = 1
            settings.seed = 9
            change(&settings)
            var sampler = Sampler(settings)
            var counts = [0, 0, 0, 0]
            for _ in 0..<4000 { if let token = sampler.next(logits) { counts[token] += 1 } }
            return counts
        }
        let weights = logits.map { exp(Double($0)) }
        let free = counts { _ in }
        for (count, weight) in zip(free, weights) {
            #expect(abs(Double(count) / 4000 - weight / weights.reduce(0, +)) < 0.03)
        }
        #expect(counts { _ in } == free)
        #expect(counts { $0.seed = 10 } != free)
        #expect(counts { $0.topK = 2 }[2...] == [0, 0])
        #expect(counts { $0.topP = 0.6 }[1...] == [0, 0, 0])
        #expect(counts { $0.topP = 0.7 }[2...] == [0, 0])
        #expect(counts { $0.minP = 0.3 }[2...] == [0, 0])
        #expect(counts { $0.minP = 1 }[1...] == [0, 0, 0])
        #expect(counts { $0.temperature = 0.01 }[0] == 4000)
    }
}
