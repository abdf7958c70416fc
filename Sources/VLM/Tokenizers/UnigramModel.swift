import NN

// Letters: n bytes of a word · L longest piece in bytes.

/// A unigram language model over pieces (Kudo 2018, "Subword Regularization"): the spelling of a word with the highest sum of
/// log-probabilities, found by Viterbi's algorithm in n · L steps.
struct UnigramModel: Sendable {
    /// Id of the piece for what no other piece spells.
    let unknown: Int?
    private let pieces: PieceIndex
    private let scores: [Double]
    /// Score of one unknown character: 10 below the worst piece (sentencepiece, `unigram_model.cc`, `kUnkPenalty`).
    private let unknownScore: Double
    /// Id of each byte's piece; nil when the model spells no bytes.
    private let bytes: [Int]?

    var count: Int { scores.count }

    /// Ids that no text is spelled with: marks, and pieces for single bytes.
    private let hidden: Set<Int>

    /// Refuses scores that are not finite, and pieces beyond ``PieceIndex/maximumLength``.
    init(
        pieces: [(text: String, score: Double)], unknown: Int?, spellsBytes: Bool, hidden: Set<Int> = [], file: String
    ) throws(ModelError) {
        guard !pieces.isEmpty else { throw .badTokenizer(file: file, key: "vocab", problem: "no pieces") }
        if let bad = pieces.firstIndex(where: { !$0.score.isFinite }) {
            throw .badTokenizer(file: file, key: "vocab.\(bad)", problem: "its score is not finite")
        }
        if let unknown, !pieces.indices.contains(unknown) {
            throw .badTokenizer(file: file, key: "unk_id", problem: "\(unknown) of \(pieces.count) pieces")
        }
        if let long = pieces.firstIndex(where: { $0.text.utf8.count > PieceIndex.maximumLength }) {
            throw .badTokenizer(
                file: file, key: "vocab.\(long)",
                problem: "longer than \(PieceIndex.maximumLength) bytes")
        }
        self.pieces = PieceIndex(pieces.map { Array($0.text.utf8) })
        self.unknown = unknown
        self.hidden = hidden
        scores = pieces.map(\.score)
        unknownScore = (scores.min() ?? 0) - 10
        let index = self.pieces
        let bytes = BytePieces.names.compactMap { index.id(of: Array($0.utf8)) }
        self.bytes = spellsBytes && bytes.count == 256 ? bytes : nil
    }

    /// The id of the piece written `text`.
    func id(of text: String) -> Int? { pieces.id(of: Array(text.utf8)) }

    /// The ids of the best spelling of `word`; neighbouring unknown characters become one piece. Adds the work done to
    /// `steps`.
    func ids(of word: ArraySlice<Unicode.Scalar>, steps: inout Int) -> [Int] {
        let text = Array(String(String.UnicodeScalarView(word)).utf8)
        var ids: [Int] = []
        var unknownEnd: Int?
        for step in bestPath(text, &steps) {
            guard step.id < 0 else {
                ids.append(step.id)
                continue
            }
            if let bytes {
                ids += text[step.start..<step.end].map { bytes[Int($0)] }
            } else if let unknown, unknownEnd != step.start {
                ids.append(unknown)
            }
            unknownEnd = step.end
        }
        return ids
    }

    private struct Step {
        var start, end: Int
        /// −1 for an unknown character.
        var id: Int
    }

    private func bestPath(_ text: [UInt8], _ steps: inout Int) -> [Step] {
        /// The best way to each byte: where its last piece starts, which it is, and the sum.
        var best = [(start: Int, id: Int, score: Double)](repeating: (-1, -1, 0), count: text.count + 1)
        func offer(_ start: Int, _ end: Int, _ id: Int, _ score: Double) {
            let sum = best[start].score + score
            if best[end].start < 0 || sum > best[end].score { best[end] = (start, id, sum) }
        }
        var start = 0
        while start < text.count {
            let length = min(Self.characterLength(text[start]), text.count - start)
            var isSpelled = false
            steps += pieces.visitPrefixes(of: text, from: start) { id, end in
                guard !hidden.contains(id) else { return }
                offer(start, end, id == unknown ? -1 : id, scores[id])
                isSpelled = isSpelled || end == start + length
            }
            if !isSpelled { offer(start, start + length, -1, unknownScore) }
            start += length
        }
        var path: [Step] = []
        var end = text.count
        while end > 0 {
            path.append(Step(start: best[end].start, end: end, id: best[end].id))
            end = best[end].start
        }
        return path.reversed()
    }

    /// Bytes of the UTF-8 character that begins with `byte`.
    private static func characterLength(_ byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }
}
