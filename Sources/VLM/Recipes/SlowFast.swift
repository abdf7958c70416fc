public import Base
public import NN

// Letters: F frames of a clip · S side of a frame · C channels · D width of an encoding.

/// SlowFast networks (Feichtenhofer et al., "SlowFast Networks for Video Recognition", 2019): what moves in a clip, as the
/// features that networks for temporal grounding read beside CLIP's. Loads the weights of PyTorchVideo and of SlowFast's own
/// repository; the head that names actions is left out.
///
///     every 4th frame → stem → residual stages ─────────────────→ mean ┐
///                         ↑ fast channels join before each stage        ├ beside each other
///     all frames ─────→ stem → residual stages, an eighth as wide → mean ┘
///
/// Dimensions are those of the weights: `SLOWFAST_8x8_R50` gives D = 2048 + 256. Immutable and shareable; every call runs on
/// the calling thread.
public struct SlowFast: Sendable {
    private struct Pathway: Sendable {
        let stem: Convolution
        let stages: [ResidualStage]
    }

    private let slow, fast: Pathway
    /// From the fast pathway to the slow one, before each stage.
    private let fusions: [Convolution]
    private let processor: ImageProcessor
    /// D.
    public let width: Int

    /// F: frames of a clip, of which the slow pathway sees every fourth.
    public static let frames = 32
    /// Frames of the fast pathway to one of the slow, `SLOWFAST.ALPHA`.
    static let slowness = 4
    /// S.
    public static let imageSize = 224

    /// Loads the network at `path`, a file (`SLOWFAST_8x8_R50.pyth`, or safetensors with its keys) or a model folder.
    ///
    /// Throws ``ModelError/weights(_:)``.
    public static func load(path: String, precision: Precision = .fp32) throws(ModelError) -> SlowFast {
        let folder = ModelFolder(path: path, precision: precision)
        if folder.has("config.json") { return try SlowFast(folder) }
        return try ModelError.wrapping { () throws(WeightsError) in
            try SlowFast(Checkpoint(file: path).read(in: precision))
        }
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let weights = try folder.weights
        self = try ModelError.wrapping { () throws(WeightsError) in try SlowFast(weights) }
    }

    init(_ weights: Checkpoint) throws(WeightsError) {
        let layout = try SlowFastLayout(weights)
        let fastStem = try ResidualStage.convolution(layout.stem(.fast), inputs: 3, stride: 2)
        let slowStem = try ResidualStage.convolution(layout.stem(.slow), inputs: 3, stride: 2)
        var (slowStages, fastStages, fusions) = ([ResidualStage](), [ResidualStage](), [Convolution]())
        var (slowWidth, fastWidth) = (slowStem.outputs, fastStem.outputs)
        for stage in 0..<SlowFastLayout.stages {
            let fusion = try ResidualStage.convolution(
                layout.fusion(before: stage), inputs: fastWidth, stride: 1, timeStride: Self.slowness)
            let stride = stage == 0 ? 1 : 2
            let slow = try ResidualStage(
                layout.blocks(stage, .slow), inputs: slowWidth + fusion.outputs, stride: stride)
            let fast = try ResidualStage(layout.blocks(stage, .fast), inputs: fastWidth, stride: stride)
            (slowWidth, fastWidth) = (slow.outputs, fast.outputs)
            fusions.append(fusion)
            slowStages.append(slow)
            fastStages.append(fast)
        }
        try layout.finish()
        slow = Pathway(stem: slowStem, stages: slowStages)
        fast = Pathway(stem: fastStem, stages: fastStages)
        self.fusions = fusions
        width = slowWidth + fastWidth
        processor = ImageProcessor(
            resize: .shortestEdge(Self.imageSize), filter: .bicubic, crop: (Self.imageSize, Self.imageSize),
            scale: 1 / 255, mean: [0.45, 0.45, 0.45], deviation: [0.225, 0.225, 0.225])
    }
}

extension SlowFast {
    /// Frames that lie beside each other in the two seconds of a clip: F of them are taken.
    public static let clipFrames = 60

    /// Which of a clip's ``clipFrames``, 30 a second, are shown to the network (HERO's extractor, which made the published feature
    /// files): evenly over as many as 64 frames of a recording of `rate` frames a second would take, and the last one again for
    /// what lies beyond the clip.
    public static func places(rate: Int) -> [Int] {
        let end = Float(2 * frames * max(1, rate)) / 30 - 1
        let step = end / Float(frames - 1)
        return (0..<frames).map { index in
            // As torch.linspace does, from the nearer end.
            let place = 2 * index < frames ? step * Float(index) : end - step * Float(frames - 1 - index)
            return Int(min(max(place, 0), Float(clipFrames - 1)))
        }
    }

    /// `picture` brought to S × S as the network's features were extracted: the shorter side to S, then the middle. Keep
    /// these of a clip rather than whole pictures.
    public func sized(_ picture: Picture) -> Picture { processor.sized(picture) }

    /// A clip of F pictures of any size → its encoding [D], not normalised.
    public func encode(clip: [Picture]) -> [Float] {
        precondition(clip.count == Self.frames, "\(clip.count) frames")
        let pictures = clip.map { $0.width == Self.imageSize && $0.height == Self.imageSize ? $0 : sized($0) }
        let (side, tables) = (Self.imageSize, processor.tables)
        let pixels = Tensor(shape: [clip.count, side, side, 3]) { result in
            for (index, picture) in pictures.enumerated() {
                let start = index * side * side * 3
                for (place, byte) in picture.pixels.enumerated() {
                    result[start + place] = tables[place % 3][Int(byte)]
                }
            }
        }
        return encode(frames: pixels).values
    }

    /// frames [F, H, W, 3], normalised; F any number of 4 and up → [1, D]. Traces `slow.0`, `fast.0` … in front of
    /// each stage and behind the last.
    package func encode(frames: Tensor, trace: Trace? = nil) -> Tensor {
        let shown = Self.slowFrames(of: frames.shape[0])
        var fast = MaxPooling.halved(fast.stem(frames, activation: .relu))
        var slow = MaxPooling.halved(slow.stem(frames.gathered(frames: shown), activation: .relu))
        for stage in 0..<SlowFastLayout.stages {
            trace?("slow.\(stage)", slow)
            trace?("fast.\(stage)", fast)
            slow = Tensor(beside: slow, fusions[stage](fast, activation: .relu))
            slow = self.slow.stages[stage](slow)
            fast = self.fast.stages[stage](fast)
        }
        trace?("slow.\(SlowFastLayout.stages)", slow)
        trace?("fast.\(SlowFastLayout.stages)", fast)
        return Tensor(beside: Self.mean(slow), Self.mean(fast))
    }

    /// Which of `count` frames the slow pathway sees: evenly, from the first to the last, rounded down.
    static func slowFrames(of count: Int) -> [Int] {
        let wanted = max(1, count / slowness)
        guard wanted > 1 else { return [0] }
        return (0..<wanted).map { index in
            // As torch.linspace does, from the nearer end.
            let step = Float(count - 1) / Float(wanted - 1)
            let place = 2 * index < wanted ? step * Float(index) : Float(count - 1) - step * Float(wanted - 1 - index)
            return Int(place)
        }
    }

    /// [T, H, W, C] → the mean over all places [1, C].
    private static func mean(_ x: Tensor) -> Tensor {
        let (rows, width) = x.matrixShape
        return x.reshaped([rows, width]).meanOfRows()
    }
}

extension Tensor {
    /// [F, …] → the frames `wanted` of it, in that order.
    fileprivate func gathered(frames wanted: [Int]) -> Tensor {
        let inner = Array(shape.dropFirst())
        let rows = reshaped([shape[0], inner.reduce(1, *)]).gathered(rows: wanted)
        return rows.reshaped([wanted.count] + inner)
    }
}
