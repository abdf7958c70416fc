import NN

/// A byte-pair vocabulary over characters, as SentencePiece trains it (Kudo & Richardson 2018): a character that it lacks is
/// spelled in bytes (`<0xE2>`), or becomes the unknown piece.
struct CharacterPairModel: Sendable {
    let vocabulary: [ScalarString: Int]
    let unknown: Int?
    private let merges: MergeTable
    /// Piece of each byte; nil when the model spells no bytes.
    private let bytes: [Int32]?
    /// Neighbouring unknown characters become one piece (`fuse_unk`).
    private let fusesUnknown: Bool
    /// A word that is a piece itself stays whole, whatever the merges say (`ignore_merges`).
    private let keepsWholeWords: Bool

    /// What a file says beside vocabulary and merges.
    struct Options {
        var unknown: String?
        var spellsBytes, fusesUnknown, keepsWholeWords: Bool
    }

    /// Refuses a merge whose parts or product have no id, naming it.
    init(
        vocabulary: [ScalarString: Int], merges: [(left: String, right: String)], options: Options, file: String
    ) throws(ModelError) {
        func id(_ piece: String) -> Int32 { vocabulary[ScalarString(piece)].map(Int32.init) ?? -1 }
        for (piece, id) in vocabulary where id < 0 || id > Int(Int32.max) {
            throw .badTokenizer(file: file, key: "vocabulary \"\(piece.text.prefix(60))\"", problem: "id \(id)")
        }
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
        let bytes = BytePieces.names.map(id)
        self.bytes = options.spellsBytes && !bytes.contains(-1) ? bytes : nil
        self.vocabulary = vocabulary
        self.merges = table
        unknown = options.unknown.flatMap { vocabulary[ScalarString($0)] }
        fusesUnknown = options.fusesUnknown
        keepsWholeWords = options.keepsWholeWords
    }

    /// The ids of the pieces of `word`, n log n in its length; adds the work done to `steps`.
    func ids(of word: ArraySlice<Unicode.Scalar>, steps: inout Int) -> [Int] {
        if keepsWholeWords, let id = vocabulary[ScalarString(String(String.UnicodeScalarView(word)))] { return [id] }
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        var isAfterUnknown = false
        for scalar in word {
            let text = String(scalar)
            if let id = vocabulary[ScalarString(text)] {
                symbols.append(Int32(id))
                isAfterUnknown = false
            } else if let bytes {
                symbols += text.utf8.map { bytes[Int($0)] }
                isAfterUnknown = false
            } else if let unknown {
                if !(isAfterUnknown && fusesUnknown) { symbols.append(Int32(unknown)) }
                isAfterUnknown = true
            }
        }
        return merges.merged(symbols, steps: &steps)
    }
}

/// How SentencePiece writes single bytes in a vocabulary.
enum BytePieces {
    /// `<0x00>` … `<0xFF>`.
    static let names: [String] = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
    }
}
