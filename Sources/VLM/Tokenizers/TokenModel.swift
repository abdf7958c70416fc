import NN

/// What a tokenizer makes of one word.
enum TokenModel: Sendable {
    case bytePair(BytePairModel)
    case characterPair(CharacterPairModel)
    case unigram(UnigramModel)
    case wordPiece(WordPieceModel)

    /// The ids of the pieces of `word`, in order; adds the work done to `steps`.
    func ids(of word: ArraySlice<Unicode.Scalar>, steps: inout Int) -> [Int] {
        switch self {
        case .bytePair(let model): model.pieces(of: Array(String(String.UnicodeScalarView(word)).utf8), steps: &steps)
        case .characterPair(let model): model.ids(of: word, steps: &steps)
        case .unigram(let model): model.ids(of: word, steps: &steps)
        case .wordPiece(let model): model.ids(of: word, steps: &steps)
        }
    }

    /// The id of the piece written `text` in the vocabulary.
    func id(of text: String) -> Int? {
        switch self {
        case .bytePair(let model): model.vocabulary[ScalarString(text)]
        case .characterPair(let model): model.vocabulary[ScalarString(text)]
        case .unigram(let model): model.id(of: text)
        case .wordPiece(let model): model.vocabulary[ScalarString(text)]
        }
    }

    /// The largest id that any piece has.
    var largestID: Int {
        switch self {
        case .bytePair(let model): model.largestID
        case .characterPair(let model): model.vocabulary.values.max() ?? 0
        case .unigram(let model): model.count - 1
        case .wordPiece(let model): model.vocabulary.values.max() ?? 0
        }
    }

    /// The id that stands for what the vocabulary does not know.
    var unknown: Int? {
        switch self {
        case .bytePair: nil
        case .characterPair(let model): model.unknown
        case .unigram(let model): model.unknown
        case .wordPiece(let model): model.unknown
        }
    }
}
