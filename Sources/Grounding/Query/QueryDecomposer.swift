internal import Foundation

/// Takes a sentence apart for ``MomentFusion``: by a language model where there is one, else by `QueryReader`'s rules.
public struct QueryDecomposer: Sendable {
    /// How often a malformed answer is asked for again.
    static let attempts = 3
    private static let mostTokens = 600
    private static let mostWordings = 8

    private let generator: (any TextGenerator)?

    /// A decomposer that asks `generator`.
    public init(_ generator: (any TextGenerator)? = nil) { self.generator = generator }

    /// The sentence taken apart. A generator that fails or answers nonsense three times is not heard.
    ///
    /// Throws `CancellationError` when the task is cancelled.
    public func decomposition(of sentence: String) async throws -> QueryDecomposition {
        if let generator {
            for _ in 0..<Self.attempts {
                try Task.checkCancellation()
                let answer = try? await generator.answer(
                    to: sentence, instructions: Self.instructions, mostTokens: Self.mostTokens)
                if let answer, let decomposition = Self.decomposition(answer: answer) { return decomposition }
            }
            try Task.checkCancellation()
        }
        return Self.decomposition(byRules: sentence)
    }

    /// What an answer in the form of ``instructions`` says; nil when it has another form. Words around the object, comments
    /// and trailing commas are forgiven.
    static func decomposition(answer: String) -> QueryDecomposition? {
        guard let start = answer.firstIndex(of: "{"), let end = answer.lastIndex(of: "}"), start < end else {
            return nil
        }
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        guard let object = try? decoder.decode(Answer.self, from: Data(answer[start...end].utf8)),
            let relation = QueryDecomposition.Relation(rawValue: object.relationship)
        else { return nil }
        let wordings = object.queryJSON.map { entry in
            (entry.id, entry.descriptions.map { String($0.prefix(300)) }.filter { !$0.isEmpty }.prefix(mostWordings))
        }
        let parts = wordings.filter { $0.0 > 0 && !$0.1.isEmpty }.sorted { $0.0 < $1.0 }.map { Array($0.1) }
        guard parts.count <= MomentFusion.mostParts else { return nil }
        return QueryDecomposition(
            relation: relation, paraphrases: wordings.filter { $0.0 == 0 }.flatMap { Array($0.1) }, parts: parts)
    }

    /// Parts in order for "A then B", together for "A while B"; none for a sentence that the rules refuse.
    static func decomposition(byRules sentence: String) -> QueryDecomposition {
        guard let request = try? WatchRequest(sentence) else { return .none }
        switch request.condition {
        case .sequence(let parts, _):
            let scenes = parts.map { part in part.scenes.map { $0 } }
            let isPlain = scenes.allSatisfy { $0.count == 1 } && parts.count <= MomentFusion.mostParts
            return isPlain ? QueryDecomposition(relation: .sequential, paraphrases: [], parts: scenes) : .none
        case .both(.scene(let first), .scene(let second)):
            return QueryDecomposition(relation: .simultaneous, paraphrases: [], parts: [[first], [second]])
        default: return .none
        }
    }

    /// What a language model is told.
    static let instructions = """
        You prepare sentences for a search in video. Answer with one JSON object and nothing else:
        {"relationship": "single-query" | "simultaneously" | "sequentially",
         "query_json": [{"sub_query_id": 0, "descriptions": ["…", "…", "…"]},
                        {"sub_query_id": 1, "descriptions": ["…", "…", "…"]}]}
        Entry 0 says the whole sentence in three other ways. Entries 1, 2, … are the single simple events in it, in the order in
        which they happen, each in three ways; leave them out when there is only one event. "relationship" says whether the
        events happen one after the other or at the same time.
        """

    private struct Answer: Decodable {
        struct Entry: Decodable {
            let id: Int
            let descriptions: [String]

            enum CodingKeys: String, CodingKey {
                case id = "sub_query_id"
                case descriptions
            }
        }

        let relationship: String
        let queryJSON: [Entry]

        enum CodingKeys: String, CodingKey {
            case relationship
            case queryJSON = "query_json"
        }
    }
}
