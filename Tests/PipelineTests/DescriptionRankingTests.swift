import Pipeline
import Testing

@Suite("ranking of descriptions")
struct DescriptionRankingTests {
    private static let texts = [
        "A white car stops at the gate", "The red car leaves", "A dog runs, a dog barks at a car", "Nobody",
    ]

    /// scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words=["a", "the", "at"])`.
    @Test(
        "cosines of words equal the field's",
        arguments: [
            ("white car", [0.61296, 0.12507, 0.08622, 0]), ("a dog barks", [0, 0, 0.70016, 0]),
            ("a car stops; the car leaves", [0.46743, 0.5636, 0.09964, 0]), ("zebra", [0, 0, 0, 0]),
            ("", [0, 0, 0, 0]),
        ])
    func words(query: String, expected: [Float]) throws {
        let ranking = try DescriptionRanking(Self.texts, encoder: nil)
        for evidence in DescriptionRanking.Evidence.allCases {
            let scores = try ranking.scores(query, by: evidence)
            for (found, wanted) in zip(scores, expected) { #expect(abs(found - wanted) < 2e-5, "\(query): \(scores)") }
            #expect(scores.count == expected.count)
        }
    }

    @Test("the best come first, of equals the first")
    func order() {
        #expect(DescriptionRanking.best([0.1, 0.5, 0.5, 0.9], 3) == [3, 1, 2])
        #expect(DescriptionRanking.best([], 3) == [])
    }
}
