internal import Base

/// MoniTor (Yang et al., 2025), live: what is seen is rated beside what was expected, what was seen before, and an example
/// of every earlier rating; 0.6 of the new rating and 0.4 of the last.
///
/// Its defects are not copied: a reply that cannot be read holds the last rating, nothing looks ahead, and captions are those
/// of the moments themselves.
struct MoniTorJudge: MomentJudge {
    private static let prediction =
        "These sentences describe a scene, oldest first. Say in one sentence what will be seen next."
    private static let rating =
        "You watch a surveillance camera. Rate how anomalous the present is, from 0, an everyday scene, to 1, certainly an "
        + "incident. Answer with a Python list holding exactly one of the numbers 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, "
        + "0.9, 1.0 and no explanation."
    /// Captions of the short and of the long memory.
    private static let short = 2, long = 5
    /// Two captions that share so much of their words say the same.
    private static let alike = 0.5
    private static let limit = 80
    private static let share = 0.6

    private let narrator: any PictureNarrator
    private var captions: [String] = []
    private var expected: String?
    private var exemplars = MoniTor.Exemplars()
    private var held = HeldRating()
    private var score: Double?

    init(_ narrator: any PictureNarrator) { self.narrator = narrator }

    var failures: Int { held.failures }

    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement {
        let caption = try await narrator.caption(moment)
        var lines = ["Present: " + caption]
        if let expected { lines.append("Expected: " + expected) }
        lines += captions.suffix(Self.short).map { "Just before: " + $0 }
        lines += Self.distinct(Array(captions.dropLast(Self.short))).map { "Earlier: " + $0 }
        lines += exemplars.lines.map { "Rated " + $0 }
        let reply = try await narrator.generate(
            instruction: Self.rating, question: lines.joined(separator: "\n"), limit: Self.limit)
        let rating = held.take(reply, at: moment.time)
        let blended = score.map { Self.share * rating + (1 - Self.share) * $0 } ?? rating
        score = blended
        exemplars.remember(caption, rating: rating)
        captions.append(caption)
        if captions.count > Self.short + Self.long { captions.removeFirst() }
        expected = try await narrator.generate(
            instruction: Self.prediction, question: captions.suffix(Self.short).joined(separator: "\n"),
            limit: Self.limit)
        return TextJudgement(score: blended, text: caption)
    }

    /// Those that say something new beside the one kept before them.
    static func distinct(_ captions: [String]) -> [String] {
        var kept: [String] = []
        for caption in captions where kept.last.map({ similarity($0, caption) < alike }) ?? true {
            kept.append(caption)
        }
        return kept
    }

    /// Cosine of the two captions' sets of words.
    private static func similarity(_ a: String, _ b: String) -> Double {
        let (left, right) = (Set(a.words), Set(b.words))
        guard !left.isEmpty, !right.isEmpty else { return 0 }
        return Double(left.intersection(right).count) / Double(left.count * right.count).squareRoot()
    }
}

extension String {
    /// Its words, in small letters.
    var words: [String] { lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init) }
}
