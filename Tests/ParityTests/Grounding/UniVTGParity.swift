import Foundation
import Grounding
import NN
import TestSupport
import Testing

/// UniVTG's forward pass: from safetensors, from weights that a formula gives, and from a torch checkpoint.
enum UniVTGParity {
    // MARK: safetensors

    static func checkForward(_ file: URL) throws {
        let metadata = try metadata(of: file)
        let heads = try #require(try object(metadata["config"])["nheads"] as? Int)
        let kinds = try #require(
            try JSONSerialization.jsonObject(with: Data((metadata["video_feature_dims"] ?? "").utf8)) as? [Int])
        let model = try UniVTG(file: file.path, heads: heads)
        let golden = try SafetensorsFile(path: file.path)
        #expect(!caseNames(golden).isEmpty)
        for name in caseNames(golden) { try checkCase(name, model, golden, kinds: kinds.count) }
    }

    private static func caseNames(_ golden: SafetensorsFile) -> [String] {
        golden.entries.keys.filter { $0.hasSuffix(".in.src_vid") }.map { String($0.dropLast(".in.src_vid".count)) }
            .sorted()
    }

    private static func checkCase(_ name: String, _ model: UniVTG, _ golden: SafetensorsFile, kinds: Int) throws {
        let video = try golden.floats("\(name).in.src_vid")
        let text = try golden.floats("\(name).in.src_txt")
        let isClip = try golden.floats("\(name).in.src_vid_mask").rowArrays.map { $0.map { $0 > 0.5 } }
        let isWord = try golden.floats("\(name).in.src_txt_mask").rowArrays.map { $0.map { $0 > 0.5 } }
        let inputs = isClip.indices.map { index in
            UniVTGInput(clips: video[index], words: text[index], isClip: isClip[index], isWord: isWord[index])
        }
        var seen: [String: Tensor] = [:]
        let outputs = model(inputs, trace: Trace { seen[$0] = $1 })
        let short = model(inputs)
        for index in inputs.indices {
            let what = "\(name) \(index)"
            try checkFeatures(name, index, inputs[index], golden, kinds: kinds)
            for output in [outputs[index], short[index]] {
                try check(
                    output, isClip[index], foreground: golden.floats("\(name).out.pred_logits")[index].values,
                    spans: golden.floats("\(name).out.pred_spans")[index].values,
                    saliency: golden.floats("\(name).out.saliency_scores")[index].values, what)
            }
            for (ours, theirs) in [
                ("pooled", "txt_pooled"), ("video", "vid_proj"), ("positions", "pos_vid"), ("memory", "memory"),
            ] where golden.entries["\(name).out.\(theirs)"] != nil {
                let found = try #require(seen["\(index).\(ours)"])
                let expected = try golden.floats("\(name).out.\(theirs)")[index].values
                expectNear(found.values, expected, 1e-4, "\(what) \(ours)")
            }
        }
    }

    /// The raw features give the rows that the network was fed.
    private static func checkFeatures(
        _ name: String, _ index: Int, _ input: UniVTGInput, _ golden: SafetensorsFile, kinds: Int
    ) throws {
        let features = try (0..<kinds).map { try golden.floats("\(name).raw_vid\($0).b\(index)") }
        let words = try golden.floats("\(name).raw_txt.b\(index)")
        let made = UniVTGInput(features: features, words: words)
        let (clips, tokens) = (input.isClip.count { $0 }, input.isWord.count { $0 })
        expectNear(made.clips.values, input.clips.rows(0..<clips).values, 1e-6, "\(name) \(index) clips")
        expectNear(made.words.values, input.words.rows(0..<tokens).values, 1e-6, "\(name) \(index) words")
    }

    // MARK: weights by formula

    private struct Procedural: Decodable {
        struct Weight: Decodable {
            let name: String
            let shape: [Int]
            let seed: String
            let offset: Double
            let scale: Double
        }

        struct Case: Decodable {
            let videoLen: Int
            let textLen: Int
            let videoSeed: String
            let textSeed: String
            let l2Groups: [Int]
            let predLogits: [Float]
            let predSpans: [[Float]]
            let saliencyScores: [Float]
        }

        struct Config: Decodable {
            let nheads: Int
            let vFeatDim: Int
            let tFeatDim: Int
        }

        let config: Config
        let weights: [Weight]
        let cases: [Case]
    }

    static func checkProcedural(_ file: URL) throws {
        let golden = try GroundingParity.decoded(Procedural.self, from: file)
        let scratch = try ScratchFolder()
        let path = try write(golden.weights, to: scratch)
        let model = try UniVTG(file: path, heads: golden.config.nheads)
        #expect(model.configuration.videoWidth == golden.config.vFeatDim && !golden.cases.isEmpty)
        for (index, item) in golden.cases.enumerated() {
            let width = golden.config.vFeatDim - 2
            #expect(item.l2Groups.reduce(0, +) == width)
            let raw = try numbers(item.videoSeed, [item.videoLen, width])
            let words = try numbers(item.textSeed, [item.textLen, golden.config.tFeatDim])
            var features: [Tensor] = []
            var start = 0
            for group in item.l2Groups {
                features.append(Tensor(rows: raw.rowArrays.map { Array($0[start..<start + group]) }))
                start += group
            }
            let output = model([UniVTGInput(features: features, words: words)])[0]
            try check(
                output, output.foreground.map { _ in true }, foreground: item.predLogits,
                spans: item.predSpans.flatMap(\.self), saliency: item.saliencyScores, "case \(index)")
        }
    }

    private static func numbers(_ seed: String, _ shape: [Int]) throws -> Tensor {
        let generator = SplitMix(seed: try #require(UInt64(seed)))
        return Tensor(generator.values(shape.reduce(1, *), offset: 0, scale: 1), shape: shape)
    }

    /// A safetensors file of the weights that the formula gives.
    private static func write(_ weights: [Procedural.Weight], to scratch: ScratchFolder) throws -> String {
        var (data, header) = (Data(), [String]())
        for weight in weights {
            let generator = SplitMix(seed: try #require(UInt64(weight.seed)))
            let values = generator.values(weight.shape.reduce(1, *), offset: weight.offset, scale: weight.scale)
            let begin = data.count
            values.withUnsafeBytes { data.append(contentsOf: $0) }
            header.append(
                "\"\(weight.name)\":{\"dtype\":\"F32\",\"shape\":\(weight.shape),\"data_offsets\":[\(begin),\(data.count)]}"
            )
        }
        let text = Data("{\(header.joined(separator: ","))}".utf8)
        let size = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        return try scratch.write("model.safetensors", size + text + data)
    }

    // MARK: torch

    /// A published checkpoint holds the weights of one of the other files of its folder, and gives the same.
    static func checkCheckpoint(_ file: URL) throws {
        let model = try UniVTG(file: file.path, heads: 1)
        let others = try GroundingParity.files(in: file.deletingLastPathComponent()).filter {
            $0.pathExtension == "safetensors"
        }
        var compared = 0
        for other in others {
            let golden = try SafetensorsFile(path: other.path)
            let key = "weight.input_vid_proj.0.net.1.weight"
            let shape = [model.configuration.width, model.configuration.videoWidth]
            guard golden.entries[key]?.shape == shape else { continue }
            for name in caseNames(golden) { try checkCase(name, model, golden, kinds: kinds(golden, name)) }
            compared += 1
        }
        if compared == 0 { print("parity: \(file.lastPathComponent): loaded; no outputs beside it to compare with") }
    }

    private static func kinds(_ golden: SafetensorsFile, _ name: String) -> Int {
        golden.entries.keys.count { $0.hasPrefix("\(name).raw_vid") && $0.hasSuffix(".b0") }
    }

    // MARK: comparing

    private static func check(
        _ output: UniVTGOutput, _ isClip: [Bool], foreground: [Float], spans: [Float], saliency: [Float], _ name: String
    ) throws {
        expectNear(output.foreground, foreground, 1e-4, "\(name) foreground")
        let found = zip(output.before, output.after).flatMap { [$0, $1] }
        expectNear(found, spans, 1e-4, "\(name) spans")
        #expect(output.saliency.count == saliency.count)
        for (index, isClip) in isClip.enumerated() {
            let (ours, theirs) = (output.saliency[index], saliency[index])
            let bound: Float = isClip ? 1e-4 : 5e-3
            #expect(abs(ours - theirs) <= bound || (!isClip && theirs == -.infinity), "\(name) saliency \(index)")
        }
    }

    private static func expectNear(_ ours: [Float], _ theirs: [Float], _ bound: Float, _ name: String) {
        #expect(ours.count == theirs.count, "\(name)")
        let worst = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= bound, "\(name): off by \(worst)")
    }

    private static func metadata(of file: URL) throws -> [String: String] {
        let handle = try FileHandle(forReadingFrom: file)
        let size = try #require(try handle.read(upToCount: 8)).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let header = try #require(try handle.read(upToCount: Int(size)))
        let json = try JSONSerialization.jsonObject(with: header) as? [String: Any]
        return try #require(json?["__metadata__"] as? [String: String])
    }

    private static func object(_ text: String?) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data((text ?? "").utf8)) as? [String: Any])
    }
}
