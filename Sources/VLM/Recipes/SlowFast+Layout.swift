import NN

/// Where a SlowFast checkpoint keeps its parts: PyTorchVideo's names (`blocks.1.multipathway_blocks.0.res_blocks.0…`) or those
/// of the SlowFast repository (`s2.pathway0_res0…`), in either case below any prefix.
struct SlowFastLayout {
    enum Pathway: Int {
        case slow = 0
        case fast = 1
    }

    private enum Names {
        case pyTorchVideo, slowFast
    }

    /// Residual stages of a pathway.
    static let stages = 4

    private let weights: Checkpoint
    private let names: Names

    init(_ all: Checkpoint) throws(WeightsError) {
        let marks: [(String, Names)] = [
            ("blocks.0.multipathway_blocks.0.conv.weight", .pyTorchVideo),
            ("s1.pathway0_stem.conv.weight", .slowFast),
        ]
        let keys = all.entries.keys.sorted()
        for (mark, names) in marks {
            guard let key = keys.first(where: { $0 == mark || $0.hasSuffix("." + mark) }) else { continue }
            weights = key.dropLast(mark.count).split(separator: ".").reduce(all) { $0[String($1)] }
            self.names = names
            return
        }
        throw .missingKey(file: all.paths.first ?? "(no file)", key: marks[0].0)
    }

    func stem(_ pathway: Pathway) -> ResidualStage.BlockWeights.Part {
        switch names {
        case .pyTorchVideo:
            let scope = weights["blocks"][0]["multipathway_blocks"][pathway.rawValue]
            return (scope["conv"], scope["norm"])
        case .slowFast:
            let scope = weights["s1"]["pathway\(pathway.rawValue)_stem"]
            return (scope["conv"], scope["bn"])
        }
    }

    /// What joins the slow pathway before `stage`, counted from 0.
    func fusion(before stage: Int) -> ResidualStage.BlockWeights.Part {
        switch names {
        case .pyTorchVideo:
            let scope = weights["blocks"][stage]["multipathway_fusion"]
            return (scope["conv_fast_to_slow"], scope["norm"])
        case .slowFast:
            let scope = weights["s\(stage + 1)_fuse"]
            return (scope["conv_f2s"], scope["bn"])
        }
    }

    /// The blocks of `stage`, as many as there are; one at least is asked for.
    func blocks(_ stage: Int, _ pathway: Pathway) -> [ResidualStage.BlockWeights] {
        var blocks = [block(stage, pathway, 0)]
        while true {
            let next = block(stage, pathway, blocks.count)
            guard next.a.layer.contains("weight") else { return blocks }
            blocks.append(next)
        }
    }

    private func block(_ stage: Int, _ pathway: Pathway, _ index: Int) -> ResidualStage.BlockWeights {
        switch names {
        case .pyTorchVideo:
            let scope = weights["blocks"][stage + 1]["multipathway_blocks"][pathway.rawValue]["res_blocks"][index]
            let branch = scope["branch2"]
            let shortcut = (layer: scope["branch1_conv"], norm: scope["branch1_norm"])
            return ResidualStage.BlockWeights(
                shortcut: shortcut.layer.contains("weight") ? shortcut : nil, a: (branch["conv_a"], branch["norm_a"]),
                b: (branch["conv_b"], branch["norm_b"]), c: (branch["conv_c"], branch["norm_c"]))
        case .slowFast:
            let scope = weights["s\(stage + 2)"]["pathway\(pathway.rawValue)_res\(index)"]
            let branch = scope["branch2"]
            let shortcut = (layer: scope["branch1"], norm: scope["branch1_bn"])
            return ResidualStage.BlockWeights(
                shortcut: shortcut.layer.contains("weight") ? shortcut : nil, a: (branch["a"], branch["a_bn"]),
                b: (branch["b"], branch["b_bn"]), c: (branch["c"], branch["c_bn"]))
        }
    }

    /// Throws when keys are left over; the classifier is known and of no use, and so are counters of batches.
    func finish() throws(WeightsError) {
        try weights.finish(ignoring: [
            ".num_batches_tracked", ".proj.weight", ".proj.bias", ".projection.weight", ".projection.bias",
        ])
    }
}
