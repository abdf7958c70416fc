import NN

/// A byte-level byte-pair vocabulary and its merges: spells a word as the pieces that ``MergeTable`` leaves of its bytes.
struct BytePairModel: Sendable {
    /// Id of every piece, written in the byte alphabet.
    let vocabulary: [ScalarString: Int]
    /// Written behind a word's last piece (`</w>` in CLIP); empty in GPT-2's descendants.
    let endOfWord: String
    /// Piece of each byte inside a word, and of each byte that ends one; −1 when the vocabulary lacks it.
    private let inner, last: [Int32]
    private let merges: MergeTable
    private let unknown: Int32?
    /// A word that is a piece itself stays whole, whatever the merges say (`ignore_merges`).
    var keepsWholeWords = false

    /// A model over `vocabulary` and `merges`, best first; refuses a merge whose parts or product have no id, naming it.
    init(
        vocabulary: [ScalarString: Int], merges: [(left: String, right: String)], endOfWord: String, unknown: String?,
        file: String
    ) throws(ModelError) {
        let alphabet = ByteAlphabet.shared
        for (piece, id) in vocabulary where id < 0 || id > Int(Int32.max) {
            throw .badTokenizer(file: file, key: "vocabulary \"\(piece.text.prefix(60))\"", problem: "id \(id)")
        }
        func id(_ piece: String) -> Int32 { vocabulary[ScalarString(piece)].map(Int32.init) ?? -1 }
        inner = alphabet.characters.map { id(String($0)) }
        last = alphabet.characters.map { id(String($0) + endOfWord) }
        var table = MergeTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            let (left, right, product) = (id(merge.left), id(merge.right), id(merge.left + merge.right))
            guard left >= 0, right >= 0, product >= 0 else {
                let name = "merge \(rank + 1), \"\(merge.left.prefix(40)) \(merge.right.prefix(40))\""
                throw .badTokenizer(
                    file: file, key: name, problem: "its parts or its product are not in the vocabulary")
            }
            table.add(left, right, .init(rank: Int32(rank), piece: product))
        }
        self.merges = table
        self.vocabulary = vocabulary
        self.endOfWord = endOfWord
        self.unknown = unknown.flatMap { vocabulary[ScalarString($0)] }.map(Int32.init)
    }

    /// A model of pieces without an end of word, over merges that are known to fit.
    init(vocabulary: [ScalarString: Int], table: MergeTable) {
        let letters = ByteAlphabet.shared.characters
        inner = letters.map { vocabulary[ScalarString(String($0))].map(Int32.init) ?? -1 }
        last = inner
        merges = table
        self.vocabulary = vocabulary
        endOfWord = ""
        unknown = nil
    }

    /// The largest id of a piece.
    var largestID: Int { vocabulary.values.max() ?? 0 }

    /// The ids of one word's pieces. A byte that the vocabulary lacks becomes the unknown piece, or nothing.
    func pieces(of word: some Collection<UInt8>) -> [Int] {
        var steps = 0
        return pieces(of: word, steps: &steps)
    }

    /// The same; adds the work done to `steps`.
    func pieces(of word: some Collection<UInt8>, steps: inout Int) -> [Int] {
        if keepsWholeWords, let id = vocabulary[ScalarString(ByteAlphabet.shared.written(word))] { return [id] }
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        for (offset, byte) in word.enumerated() {
            let piece = offset == word.count - 1 ? last[Int(byte)] : inner[Int(byte)]
            if piece >= 0 { symbols.append(piece) } else if let unknown { symbols.append(unknown) }
        }
        return merges.merged(symbols, steps: &steps)
    }
}
