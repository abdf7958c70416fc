public import Base
internal import NN

// S sentences · Q looks · D width

/// A sentence list as an encoder sees it: one matrix for all cameras, compared with every look by one product.
public struct SentenceMemory: Sendable {
    /// A category's rows of the matrix.
    struct Category: Sendable {
        let name: String
        let anomalous: Range<Int>
        let normal: [Int]
    }

    /// What an encoder should encode, in order; ``init(list:encodings:)`` takes the results.
    public static func prompts(for list: SentenceList) -> [String] {
        entries(of: list).map { ($0.isAnomalous ? "Anomalous scene: " : "Normal scene: ") + $0.text }
    }

    /// Cosine of a normal sentence to the mean of a category's anomalous ones above which it should be rewritten (NOVA).
    public static let geometryGate = 0.7

    let texts: [String]
    let isAnomalous: [Bool]
    let categories: [Category]
    private let lines: [Int]
    private let matrix: Tensor  // [S, D]
    /// Width D of the encodings.
    public let width: Int

    /// The list with the encodings of its ``prompts(for:)``, each of the same width; need not be normalised.
    public init(list: SentenceList, encodings: [TextEncoding]) {
        let entries = Self.entries(of: list)
        precondition(encodings.count == entries.count, "\(encodings.count) encodings for \(entries.count) sentences")
        texts = entries.map(\.text)
        isAnomalous = entries.map(\.isAnomalous)
        lines = entries.map(\.line)
        matrix = Tensor(rows: encodings.map(\.values)).normalisedRows()
        width = matrix.shape[1]
        var next = 0
        var ranges: [(String, Range<Int>, Range<Int>)] = []
        for category in list.categories {
            let middle = next + category.anomalous.count
            ranges.append((category.name, next..<middle, middle..<middle + category.normal.count))
            next = middle + category.normal.count
        }
        let calm = Array(next..<next + list.calm.count)
        categories = ranges.map { Category(name: $0.0, anomalous: $0.1, normal: Array($0.2) + calm) }
    }

    /// Normal sentences too close to what they should be told from: line, sentence, category and cosine.
    public var conflicts: [(line: Int, text: String, category: String, cosine: Double)] {
        let rows = matrix.rowArrays
        return categories.flatMap { category in
            let mean = rows[0].indices.map { d in category.anomalous.reduce(Float(0)) { $0 + rows[$1][d] } }
            let centre = Tensor(rows: [mean]).normalisedRows()
            let cosines = Similarity.dot(rows: centre, columns: matrix).values
            return category.normal.filter { Double(cosines[$0]) > Self.geometryGate }
                .map { (lines[$0], texts[$0], category.name, Double(cosines[$0])) }
        }
    }

    /// The same memory without the sentences `texts`: what an explanation names can be taken away and the score seen to
    /// fall. A category that loses its last anomalous sentence goes with it.
    public func removing(_ removed: Set<String>) -> SentenceMemory {
        let kept = texts.indices.filter { !removed.contains(texts[$0]) }
        let place = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        let rest: [Category] = categories.compactMap { category in
            let anomalous = category.anomalous.compactMap { place[$0] }
            guard let first = anomalous.first, let last = anomalous.last else { return nil }
            return Category(
                name: category.name, anomalous: first..<last + 1, normal: category.normal.compactMap { place[$0] })
        }
        return SentenceMemory(
            texts: kept.map { texts[$0] }, isAnomalous: kept.map { isAnomalous[$0] }, categories: rest,
            lines: kept.map { lines[$0] }, matrix: Tensor(rows: kept.map { matrix[$0].values }), width: width)
    }

    private init(
        texts: [String], isAnomalous: [Bool], categories: [Category], lines: [Int], matrix: Tensor, width: Int
    ) {
        self.texts = texts
        self.isAnomalous = isAnomalous
        self.categories = categories
        self.lines = lines
        self.matrix = matrix
        self.width = width
    }

    /// looks [Q, D] → Q rows of S cosines.
    func cosines(_ looks: Tensor) -> [[Double]] {
        guard !texts.isEmpty else { return (0..<looks.shape[0]).map { _ in [] } }
        return Similarity.dot(rows: looks, columns: matrix).rowArrays.map { $0.map(Double.init) }
    }

    private static func entries(of list: SentenceList) -> [(text: String, isAnomalous: Bool, line: Int)] {
        list.categories.flatMap { category in
            category.anomalous.map { ($0.text, true, $0.line) } + category.normal.map { ($0.text, false, $0.line) }
        } + list.calm.map { ($0.text, false, $0.line) }
    }
}
