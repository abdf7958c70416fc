internal import NN

// N texts in the index · Q queries · D width

/// Texts with encodings, each distinct text once, searched by cosine.
package struct CaptionIndex: Sendable {
    /// The distinct texts in order of first appearance.
    package let texts: [String]
    /// Per text the first position that carries it.
    package let positions: [Int]
    private let matrix: Tensor  // [N, D], rows of length 1

    /// Indexes `(position, text, encoding [D])` in the given order; encodings need not be normalised.
    package init(_ entries: [(position: Int, text: String, encoding: [Float])]) {
        var seen: Set<String> = []
        let distinct = entries.filter { seen.insert($0.text).inserted }
        texts = distinct.map(\.text)
        positions = distinct.map(\.position)
        matrix = Tensor(rows: distinct.map(\.encoding)).normalisedRows()
    }

    /// Per query [D] the best `count` entries, best first, equals in order of appearance; fewer when the index is smaller.
    package func nearest(_ queries: [[Float]], count: Int) -> [[(entry: Int, cosine: Float)]] {
        guard !texts.isEmpty, !queries.isEmpty else { return queries.map { _ in [] } }
        let rows = Tensor(rows: queries).normalisedRows()
        return Similarity.dot(rows: rows, columns: matrix).rowArrays.map { cosines in
            Array(
                cosines.enumerated().map { (entry: $0, cosine: $1) }
                    .stablySorted { $0.cosine > $1.cosine }.prefix(max(0, count)))
        }
    }

    /// Caption cleaning: per frame encoding [D] the indexed text nearest to it (LAVAD, image–text).
    package func clean(_ frames: [[Float]]) -> [String] {
        nearest(frames, count: 1).compactMap { $0.first.map { texts[$0.entry] } }
    }
}
