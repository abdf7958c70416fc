import Foundation
import NN
import Testing
import VLM

/// Reads a vector folder of MovieChat's memory: merged fragments, positions, and what the video Q-Former gets.
enum MovieChatParity {
    private struct Golden: Decodable {
        let nPosition: Int
        let alpha: Float
        let fragmentLen: Int
        let fragments: Int
        let longMemoryLengths: [Int]
        let breakpointLastFragmentFrames: Int
        let mergeIndexLogFirstFragment: [Int]
        let mergeIndexLogCosine16: [Int]
        let mergeIndexLogDot16: [Int]
    }

    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("golden.json")?["merge_index_log_first_fragment"] != nil
    }

    static func check(_ folder: VectorFolder) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.url.appending(path: "golden.json"))
        let golden = try decoder.decode(Golden.self, from: data)
        let tensors = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let frames = try tensors.floats("frames")
        let base = try tensors.floats("base_positions").rows(0..<golden.nPosition)
        let positions = MovieChatMemory.extendedPositions(base, alpha: golden.alpha)
        expectClose(positions, try tensors.floats("extended_positions"), .features, "\(folder.name) positions")
        try checkFragments(golden, frames, positions, tensors, folder.name)
        try checkBreakpoint(golden, frames, positions, tensors, folder.name)
        try checkRules(golden, tensors, folder.name)
    }

    private static func checkFragments(
        _ golden: Golden, _ frames: Tensor, _ positions: Tensor, _ tensors: SafetensorsFile, _ name: String
    ) throws {
        var memory = MovieChatMemory()
        for fragment in 0..<golden.fragments {
            for frame in 0..<golden.fragmentLen { memory.append(frames[fragment * golden.fragmentLen + frame]) }
            memory.closeFragment()
            #expect(memory.long.count == golden.longMemoryLengths[fragment])
        }
        let first = (0..<golden.fragmentLen).map { frames[$0] }
        let places = MovieChatMemory.merged(first, target: 2, rule: .product).places
        #expect(places == golden.mergeIndexLogFirstFragment, "\(name) merges of the first fragment")
        let long = try tensors.floats("long_memory_after_all")
        expectClose(Tensor(joining: memory.long), long, .features, "\(name) long memory")
        let input = try tensors.floats("global_mode_video_qformer_input")
        expectClose(memory.globalInput(positions), input, .features, "\(name) global mode")
    }

    /// The last fragment is cut short by the question; the frame at the question follows.
    private static func checkBreakpoint(
        _ golden: Golden, _ frames: Tensor, _ positions: Tensor, _ tensors: SafetensorsFile, _ name: String
    ) throws {
        var memory = MovieChatMemory()
        for fragment in 0..<golden.fragments {
            let isLast = fragment == golden.fragments - 1
            for frame in 0..<(isLast ? golden.breakpointLastFragmentFrames : golden.fragmentLen) {
                memory.append(frames[fragment * golden.fragmentLen + frame])
            }
            memory.closeFragment()
        }
        let long = try tensors.floats("breakpoint_long_memory")
        expectClose(Tensor(joining: memory.long), long, .features, "\(name) breakpoint long memory")
        let recent = try tensors.floats("breakpoint_temp_short_memory")
        expectClose(Tensor(joining: memory.lastFragment), recent, .features, "\(name) breakpoint last fragment")
        let current = try tensors.floats("breakpoint_current_frame")[0]
        let input = try tensors.floats("breakpoint_video_qformer_input")
        expectClose(memory.breakpointInput(current: current, positions), input, .features, "\(name) breakpoint")
    }

    private static func checkRules(_ golden: Golden, _ tensors: SafetensorsFile, _ name: String) throws {
        let input = try tensors.floats("paper_cosine_merge_input")
        let frames = (0..<input.shape[0]).map { input[$0] }
        for (rule, key, places) in [
            (MovieChatMemory.Rule.cosine, "paper_cosine_merge_output", golden.mergeIndexLogCosine16),
            (.product, "dot_merge16_output", golden.mergeIndexLogDot16),
        ] {
            let found = MovieChatMemory.merged(frames, target: 2, rule: rule)
            #expect(found.places == places, "\(name) \(key)")
            expectClose(Tensor(joining: found.frames), try tensors.floats(key), .features, "\(name) \(key)")
        }
    }
}

/// Reads a vector folder of LongVLM's merging: every step's choices, sizes, and the tokens that the decoder gets.
enum LongVLMParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        guard let golden = try folder.json("golden.json") else { return false }
        return golden["r_list"] != nil && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let json = try #require(try folder.json("golden.json"))
        let steps = try #require(json["r_list"] as? [Int])
        let clip = try #require(json["clips"] as? Int)
        let merge = SegmentMerge(steps: steps, heads: try #require(json["heads"] as? Int))
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let x = try golden.floats("x")
        var merged: [Tensor] = []
        for segment in 0..<x.shape[0] / clip {
            let frames = x.rows(segment * clip..<(segment + 1) * clip)
            let found = merge.merged(frames.reshaped([clip * x.shape[1], x.shape[2]]))
            for (index, step) in found.steps.enumerated() {
                let name = "\(folder.name) segment \(segment) step \(index)"
                #expect(try step.unmerged == golden.idRows("step\(index)_unm_idx", row: segment), "\(name) unmerged")
                #expect(try step.sources == golden.idRows("step\(index)_src_idx", row: segment), "\(name) sources")
                #expect(try step.targets == golden.idRows("step\(index)_dst_idx", row: segment), "\(name) targets")
            }
            let sizes = Tensor(found.sizes, shape: [1, found.sizes.count])
            expectClose(
                sizes, try golden.floats("sizes").rows(segment..<segment + 1), .features, "\(folder.name) sizes")
            merged.append(found.tokens)
        }
        let local = Tensor(joining: merged)
        expectClose(local, try golden.floats("merged"), .features, "\(folder.name) merged")
        let global = try globalTokens(golden.floats("hidden_states"))
        expectClose(global, try golden.floats("global_cls"), .features, "\(folder.name) global_cls")
        let last = global.rows(global.shape[0] - 2..<global.shape[0])
        let projector = Linear(weight: try golden.floats("proj_w"), bias: try golden.floats("proj_b"))
        let visual = projector(Tensor(joining: [last, local]))
        expectClose(visual, try golden.floats("llm_visual_tokens"), .features, "\(folder.name) llm_visual_tokens")
    }

    /// Class tokens of every layer [L, T, P, D], averaged over frames → [L, D].
    private static func globalTokens(_ hidden: Tensor) -> Tensor {
        Tensor(
            joining: (0..<hidden.shape[0]).map { layer in
                let frames = (0..<hidden.shape[1]).map { hidden[layer][$0].rows(0..<1) }
                return Tensor(joining: frames).meanOfRows()
            })
    }
}

extension SafetensorsFile {
    /// One row of a matrix of whole numbers, which may have no columns.
    fileprivate func idRows(_ key: String, row: Int) throws -> [Int] {
        let (values, shape) = try integers(key)
        return Array(values[row * shape[1]..<(row + 1) * shape[1]])
    }
}
