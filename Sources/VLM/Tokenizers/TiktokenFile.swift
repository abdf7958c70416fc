import NN

/// A vocabulary in tiktoken's format: a line for each piece, its bytes in base 64 and its rank, which is its id
/// (openai/tiktoken, `load.py`). Two neighbours merge when their bytes together are a piece, best rank first.
package enum TiktokenFile {
    /// The marks of Qwen's vocabulary, numbered behind its pieces (QwenLM/Qwen, `tokenization_qwen.py`).
    private static let qwenMarks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

    /// Qwen's tokenizer: NFC, the words of cl100k with single digits. With `knowsMarks` the marks are found in a text, else
    /// they are text like any other.
    package static func qwen(
        _ bytes: [UInt8], file: String, knowsMarks: Bool = true
    ) throws(ModelError) -> TextTokenizer {
        let model = try model(bytes, file: file)
        let first = model.largestID + 1
        let marks = qwenMarks.enumerated().map { AddedToken(text: $1, id: first + $0) }
        return TextTokenizer(
            added: knowsMarks ? marks : [], normalizers: [.composed], rules: [.pattern(.cl100k(digits: 1))],
            model: .bytePair(model), before: [], after: [])
    }

    /// The model of a file's lines. Refuses ids that are missing or taken twice, naming the line.
    static func model(_ bytes: [UInt8], file: String) throws(ModelError) -> BytePairModel {
        var pieces: [[UInt8]] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let parts = line.split(separator: UInt8(ascii: " "))
            let refusal = ModelError.badTokenizer(
                file: file, key: "line \(index + 1)", problem: "not a piece in base 64 and the rank \(index)")
            guard parts.count == 2, let piece = Base64.bytes(of: parts[0]), !piece.isEmpty,
                Int(String(decoding: parts[1], as: UTF8.self)) == index
            else { throw refusal }
            pieces.append(piece)
        }
        guard pieces.count >= 256 else { throw .badTokenizer(file: file, key: "line 1", problem: "too few pieces") }
        return try BytePairModel(pieces: pieces, file: file)
    }
}

extension BytePairModel {
    /// A model whose merges are all ways to put two pieces together to a third, ranked by the third's id.
    init(pieces: [[UInt8]], file: String) throws(ModelError) {
        let alphabet = ByteAlphabet.shared
        var vocabulary: [ScalarString: Int] = [:]
        var ids: [[UInt8]: Int32] = [:]
        vocabulary.reserveCapacity(pieces.count)
        ids.reserveCapacity(pieces.count)
        for (id, piece) in pieces.enumerated() {
            guard ids.updateValue(Int32(id), forKey: piece) == nil else {
                throw .badTokenizer(file: file, key: "line \(id + 1)", problem: "a piece that stands there already")
            }
            vocabulary[ScalarString(alphabet.written(piece))] = id
        }
        var table = MergeTable(capacity: 4 * pieces.count)
        for (id, piece) in pieces.enumerated() where piece.count > 1 {
            for cut in 1..<piece.count {
                guard let left = ids[Array(piece[..<cut])], let right = ids[Array(piece[cut...])] else { continue }
                table.add(left, right, .init(rank: Int32(id), piece: Int32(id)))
            }
        }
        self.init(vocabulary: vocabulary, table: table)
    }
}
