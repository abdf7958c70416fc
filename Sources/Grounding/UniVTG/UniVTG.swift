public import NN

// Letters: L clips · T text tokens · V, E widths of their features · d width of the network · N = L + T.

/// UniVTG: clips of a video and the words of a sentence → for each clip, whether it belongs to what the sentence means
/// (foreground), where the moment around it begins and ends (boundaries), and how well it fits (saliency).
///
/// Lin et al., "UniVTG: Towards Unified Video-Language Temporal Grounding", ICCV 2023; layout and key names of the published
/// checkpoints.
///
///     clips [L, V] → video projection ─┬────────► cosine with the pooled words ──────────► saliency
///                                      ├ encoder ► foreground head, boundary head
///     words [T, E] → text projection ──┘
///
/// Immutable and shareable; every call runs on the calling thread.
public struct UniVTG: Sendable {
    /// Dimensions, which are those of the weights.
    public struct Configuration: Sendable, Equatable {
        /// d.
        public let width: Int
        /// Width inside the feed-forward layers.
        public let feedForward: Int
        /// Attention heads, a divisor of d.
        public let heads: Int
        /// Encoder layers.
        public let layers: Int
        /// V, with the two places of the temporal endpoints.
        public let videoWidth: Int
        /// E.
        public let textWidth: Int
    }

    /// Dimensions.
    public let configuration: Configuration
    let video, text: InputProjection
    let videoType, textType: Tensor  // [1, d] each
    let layers: [UniVTGLayer]
    let foreground, boundary: ConvolutionHead
    let pooling: Tensor  // [1, d]

    /// Reads a published checkpoint: a torch file `{model, optimizer, epoch, opt}`, or safetensors with the same keys, in
    /// either case below any prefix. `heads` stands in for the number of heads where the file does not say it. Linear layers compute
    /// in `precision`.
    ///
    /// Throws `WeightsError`.
    public init(file: String, heads: Int = 8, precision: Precision = .fp32) throws(WeightsError) {
        let layout = try UniVTGLayout(Checkpoint(file: file).read(in: precision), heads: heads)
        let (configuration, scope) = (layout.configuration, layout.scope)
        let width = configuration.width
        self.configuration = configuration
        video = try InputProjection(scope["input_vid_proj"], inputs: configuration.videoWidth, width: width)
        text = try InputProjection(scope["input_txt_proj"], inputs: configuration.textWidth, width: width)
        let types = try scope["token_type_embeddings"].tensor("weight", shape: [2, width])
        (textType, videoType) = (types.rows(0..<1), types.rows(1..<2))
        var layers: [UniVTGLayer] = []
        for index in 0..<configuration.layers {
            layers.append(try UniVTGLayer(scope["transformer"]["encoder"]["layers"][index], configuration))
        }
        self.layers = layers
        foreground = try ConvolutionHead(scope["class_embed"]["layers"], width: width, outputs: 1)
        boundary = try ConvolutionHead(scope["span_embed"]["layers"], width: width, outputs: 2)
        pooling = try scope["weightedpool"].tensor("weight", shape: [width, 1]).reshaped([1, width])
        // Positions of words exist in the files, but the published configuration does not add them.
        try scope.finish(ignoring: [
            ".position_embeddings.weight", "txt_position_embed.LayerNorm.weight", "txt_position_embed.LayerNorm.bias",
            ".txt_position_embed.LayerNorm.weight", ".txt_position_embed.LayerNorm.bias",
        ])
    }

    /// Several videos with a sentence each, of any lengths; each result is that of the input alone.
    ///
    /// `trace` receives `<i>.video` [L, d], `<i>.positions` [L, d], `<i>.memory` [N, d] and `<i>.pooled` [1, d] of input i.
    public func callAsFunction(_ inputs: [UniVTGInput], trace: Trace? = nil) -> [UniVTGOutput] {
        let projected = inputs.map { input -> (video: Tensor, text: Tensor) in
            input.clips.expect(nil, configuration.videoWidth)
            input.words.expect(nil, configuration.textWidth)
            return (typed(video(input.clips), videoType), typed(text(input.words), textType))
        }
        return zip(inputs, projected).enumerated().map { index, item in
            let tracing = trace.map { trace in Trace { name, tensor in trace("\(index).\(name)", tensor) } }
            return output(of: item.0, video: item.1.video, text: item.1.text, trace: tracing)
        }
    }

    /// The output for projected clips [L, d] and words [T, d].
    func output(of input: UniVTGInput, video: Tensor, text: Tensor, trace: Trace? = nil) -> UniVTGOutput {
        let positions = ClipPositions.codes(isClip: input.isClip, width: configuration.width)
        trace?("video", video)
        trace?("positions", positions)
        let count = video.shape[0]
        let isToken = input.isClip + input.isWord
        let seen = isToken.indices.filter { isToken[$0] }
        var hidden = Tensor(joining: [video, text])
        for (index, layer) in layers.enumerated() {
            // Nothing reads the words after the last layer.
            let isLast = index == layers.count - 1 && trace == nil
            hidden = layer(hidden, positions: positions, seen: seen, wanted: isLast ? count : isToken.count)
        }
        trace?("memory", hidden)
        let memory = hidden.rows(0..<count)
        let pooled = pooled(text, isWord: input.isWord)
        trace?("pooled", pooled)
        let spans = boundary(memory).map(Self.sigmoid)
        return UniVTGOutput(
            foreground: foreground(memory).map(Self.sigmoid),
            before: (0..<count).map { -spans[2 * $0] }, after: (0..<count).map { spans[2 * $0 + 1] },
            saliency: saliency(of: video, pooled, isClip: input.isClip))
    }

    func typed(_ rows: Tensor, _ type: Tensor) -> Tensor {
        var result = rows
        result.add(type.gathered(rows: Array(repeating: 0, count: rows.shape[0])))
        return result
    }

    /// words [T, d] → their weighted mean [1, d], the weights a softmax of one learned direction.
    private func pooled(_ words: Tensor, isWord: [Bool]) -> Tensor {
        let kept = words.gathered(rows: isWord.indices.filter { isWord[$0] })
        guard kept.shape[0] > 0 else { return Tensor(zeros: [1, configuration.width]) }
        let weights = Similarity.dot(rows: pooling, columns: kept).softmaxRows()
        return Similarity.dot(rows: weights, columns: kept.transposed())
    }

    /// Cosine of each clip with the pooled words; a padded clip gets log of the smallest float on top, as published.
    private func saliency(of video: Tensor, _ pooled: Tensor, isClip: [Bool]) -> [Float] {
        let cosines = Similarity.cosine(rows: pooled, columns: video).values
        return zip(cosines, isClip).map { $1 ? $0 : $0 - 103.2789 }
    }

    private static func sigmoid(_ x: Float) -> Float { 1 / (1 + (-x).exponential) }
}
