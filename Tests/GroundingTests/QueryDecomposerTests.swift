import Grounding
import Synchronization
import Testing

@Suite("query decomposer")
struct QueryDecomposerTests {
    /// Gives its answers one after the other; nil is a failure.
    private final class ScriptedGenerator: TextGenerator {
        private struct Silent: Error {}
        private let answers: Mutex<[String?]>
        private let calls = Mutex(0)
        var count: Int { calls.withLock { $0 } }

        init(_ answers: [String?]) { self.answers = Mutex(answers) }

        func answer(to request: String, instructions: String, mostTokens: Int) async throws -> String {
            calls.withLock { $0 += 1 }
            let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { throw Silent() }
            return next
        }
    }

    private static let good = """
        Sure, here it is:
        {"reasoning": "…", "relationship": "sequentially", "query_json": [
          {"sub_query_id": 0, "descriptions": ["somebody arrives and rings", "a visitor"]},
          {"sub_query_id": 2, "descriptions": ["a person rings"]},
          {"sub_query_id": 1, "descriptions": ["a person arrives", ""]},
        ]}
        """

    @Test("a model's answer is understood, whatever stands around it")
    func answered() async throws {
        let generator = ScriptedGenerator([Self.good])
        let found = try await QueryDecomposer(generator).decomposition(of: "a person arrives and rings")
        #expect(
            found
                == QueryDecomposition(
                    relation: .sequential, paraphrases: ["somebody arrives and rings", "a visitor"],
                    parts: [["a person arrives"], ["a person rings"]]))
        #expect(generator.count == 1)
    }

    @Test("a malformed answer is asked for again, three times at most")
    func retried() async throws {
        let late = ScriptedGenerator([nil, "no", Self.good])
        let found = try await QueryDecomposer(late).decomposition(of: "x")
        #expect(found.relation == .sequential && late.count == 3)
        let hopeless = ScriptedGenerator([
            "{}", "{\"relationship\": \"maybe\", \"query_json\": []}", "}{", Self.good,
        ])
        let fallback = try await QueryDecomposer(hopeless).decomposition(of: "a car stops then a person gets out")
        #expect(hopeless.count == 3)
        #expect(fallback.parts == [["a car stops"], ["a person gets out"]])
    }

    @Test("an answer with too many parts is not heard")
    func bounded() async throws {
        let entries = (1...30).map { "{\"sub_query_id\": \($0), \"descriptions\": [\"a\"]}" }.joined(separator: ",")
        let flood = "{\"relationship\": \"single-query\", \"query_json\": [\(entries)]}"
        let found = try await QueryDecomposer(ScriptedGenerator([flood, flood, flood])).decomposition(of: "a dog")
        #expect(found == .none)
    }

    @Test("without a model the rules take sentences apart")
    func rules() async throws {
        let decomposer = QueryDecomposer()
        let together = try await decomposer.decomposition(of: "a person waves while a car stops")
        #expect(together.relation == .simultaneous && together.parts == [["a person waves"], ["a car stops"]])
        #expect(try await decomposer.decomposition(of: "a person") == .none)
        #expect(try await decomposer.decomposition(of: "more than three cars") == .none)
    }
}
