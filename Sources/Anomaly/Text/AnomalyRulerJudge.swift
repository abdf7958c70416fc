internal import Base

/// AnomalyRuler (Yang et al., ECCV 2024), live: words that do not belong to the place are induced from the captions of the
/// first moments, which are taken for normal; later captions are searched for them (``AnomalyRuler/Stream``), and what they
/// raise is checked once more against the words.
struct AnomalyRulerJudge: MomentJudge {
    private static let induction =
        "These sentences describe what is normal in front of a camera. Write at most 20 single words for things and "
        + "activities that would be abnormal there, separated by commas, and nothing else."
    private static let check =
        "The first line lists words for what is abnormal in front of a camera. Do the sentences after it describe anything "
        + "abnormal? Begin with yes or no, then say what."
    /// Captions that are induced from, in as many batches; a word is a rule when two batches agree.
    private static let learnt = 9, batches = 3
    private static let recent = 5
    private static let limit = 120
    /// Shorter words are not rules: they occur inside others.
    private static let shortest = 4

    private let narrator: any PictureNarrator
    private var normal: [String] = []
    private(set) var keywords: [String] = []
    private var stream: AnomalyRuler.Stream?
    private var captions: [String] = []
    private var checked: (isRefusal: Bool, text: String)?
    private(set) var failures = 0

    init(_ narrator: any PictureNarrator) { self.narrator = narrator }

    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement {
        let caption = try await narrator.caption(moment)
        guard var stream else {
            normal.append(caption)
            if normal.count == Self.learnt { try await induce() }
            return TextJudgement(score: 0, text: caption)
        }
        captions.append(caption)
        if captions.count > Self.recent { captions.removeFirst() }
        let score = stream.take(caption.lowercased())
        self.stream = stream
        if score < 0.5 {
            checked = nil
            return TextJudgement(score: score, text: caption)
        }
        let answer: (isRefusal: Bool, text: String)
        if let checked { answer = checked } else { answer = try await recheck() }
        checked = answer
        return TextJudgement(score: answer.isRefusal ? score / 2 : score, text: answer.text)
    }

    private mutating func induce() async throws {
        var votes: [String: Int] = [:]
        for batch in 0..<Self.batches {
            let captions = normal.indices.filter { $0 % Self.batches == batch }.map { normal[$0] }
            let reply = try await narrator.generate(
                instruction: Self.induction, question: captions.joined(separator: "\n"), limit: Self.limit)
            let found = Self.keywords(reply, normal: normal)
            if found.isEmpty { failures += 1 }
            for word in found { votes[word, default: 0] += 1 }
        }
        keywords = votes.filter { $0.value >= 2 }.keys.sorted()
        stream = AnomalyRuler.Stream(keywords: keywords)
    }

    private mutating func recheck() async throws -> (isRefusal: Bool, text: String) {
        let reply = try await narrator.generate(
            instruction: Self.check, question: ([keywords.joined(separator: ", ")] + captions).joined(separator: "\n"),
            limit: Self.limit)
        let verdict = Verdict(reply)
        // Without a verdict the words' own stands.
        if verdict == nil { failures += 1 }
        return (verdict == .no, reply)
    }

    /// The words of a list that no normal caption contains.
    static func keywords(_ reply: String, normal: [String]) -> Set<String> {
        let known = normal.map { $0.lowercased() }
        let words = reply.words.filter { word in word.count >= shortest && !known.contains { $0.contains(word) } }
        return Set(words)
    }
}
