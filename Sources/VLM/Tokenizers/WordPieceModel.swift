import NN

/// WordPiece (Schuster & Nakajima 2012; google-research/bert, `tokenization.py`): the longest piece that a word begins with,
/// then the longest continuation, and so on; a word that cannot be spelled to its end is unknown.
struct WordPieceModel: Sendable {
    let vocabulary: [ScalarString: Int]
    let unknown: Int?
    /// Written before a piece that does not begin a word.
    private let continuation: String
    /// Longer words are unknown, in characters; bounds the work per word.
    private let longestWord: Int

    /// Refuses a vocabulary without the unknown piece.
    init(
        vocabulary: [ScalarString: Int], unknown: String, continuation: String, longestWord: Int, file: String
    ) throws(ModelError) {
        guard let id = vocabulary[ScalarString(unknown)] else {
            throw .badTokenizer(file: file, key: "vocabulary \"\(unknown.prefix(60))\"", problem: "missing")
        }
        self.vocabulary = vocabulary
        self.unknown = id
        self.continuation = continuation
        self.longestWord = longestWord
    }

    /// The ids of the pieces of `word`; adds the work done to `steps`.
    func ids(of word: ArraySlice<Unicode.Scalar>, steps: inout Int) -> [Int] {
        steps += word.count
        guard let unknown else { return [] }
        guard word.count <= longestWord else { return [unknown] }
        var ids: [Int] = []
        var start = word.startIndex
        while start < word.endIndex {
            guard let (id, end) = longestPiece(of: word[start...], isFirst: start == word.startIndex, &steps) else {
                return [unknown]
            }
            ids.append(id)
            start = end
        }
        return ids
    }

    private func longestPiece(
        of rest: ArraySlice<Unicode.Scalar>, isFirst: Bool, _ steps: inout Int
    ) -> (id: Int, end: Int)? {
        for end in stride(from: rest.endIndex, to: rest.startIndex, by: -1) {
            steps += end - rest.startIndex
            let text = String(String.UnicodeScalarView(rest[..<end]))
            if let id = vocabulary[ScalarString(isFirst ? text : continuation + text)] { return (id, end) }
        }
        return nil
    }
}
