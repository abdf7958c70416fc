public import NN

// Letters: L clips · T text tokens · V, E widths of their features · D width of one kind of feature.

/// One video and one sentence as ``UniVTG`` takes them.
public struct UniVTGInput: Sendable {
    /// Clips [L, V].
    public let clips: Tensor
    /// Words [T, E].
    public let words: Tensor
    /// L · false where a row only pads; nothing attends to it.
    public let isClip: [Bool]
    /// T · false where a row only pads.
    public let isWord: [Bool]

    /// Rows as the network sees them, by default without padding.
    public init(clips: Tensor, words: Tensor, isClip: [Bool]? = nil, isWord: [Bool]? = nil) {
        clips.expect(nil, nil)
        words.expect(nil, nil)
        self.clips = clips
        self.words = words
        self.isClip = isClip ?? Array(repeating: true, count: clips.shape[0])
        self.isWord = isWord ?? Array(repeating: true, count: words.shape[0])
        precondition(
            self.isClip.count == clips.shape[0] && self.isWord.count == words.shape[0], "masks of other lengths")
    }

    /// Raw features: one tensor [·, D] for each kind, in the network's order, and the words' [T, E] before normalisation.
    public init(features: [Tensor], words: Tensor) {
        self.init(clips: Self.clips(features), words: Self.normalised(words))
    }

    /// Kinds of features [·, D] → clips [L, ΣD + 2]: every row of every kind brought to length 1, all kinds cut to the
    /// shortest and set beside each other, then each clip's begin and end as fractions of the video.
    public static func clips(_ features: [Tensor]) -> Tensor {
        let count = features.map { $0.shape[0] }.min() ?? 0
        let kinds = features.map { normalised($0.rows(0..<count)).rowArrays }
        let share = 1 / Float(max(count, 1))
        let rows = (0..<count).map { clip -> [Float] in
            let begin = Float(clip) * share
            return kinds.flatMap { $0[clip] } + [begin, begin + share]
        }
        return Tensor(rows: rows)
    }

    /// x [N, D] → every row divided by its length plus 1e-5, as the published feature files are.
    public static func normalised(_ x: Tensor) -> Tensor {
        x.expect(nil, nil)
        var result = x
        let (rows, width) = (x.shape[0], x.shape[1])
        result.withMutableValues { values in
            for row in 0..<rows {
                let span = row * width..<(row + 1) * width
                let squares = values[span].reduce(Float(0)) { $0 + $1 * $1 }
                let scale = 1 / (squares.squareRoot() + 1e-5)
                for index in span { values[index] *= scale }
            }
        }
        return result
    }
}
