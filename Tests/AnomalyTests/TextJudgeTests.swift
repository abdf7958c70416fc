import Anomaly
import Base
import Testing

@Suite("Text methods, live", .timeLimit(.minutes(2)))
struct TextJudgeTests {
    /// What was asked, and of how many pictures.
    private final class Asked: Sendable {
        private let questions = Locked<[(question: String, moments: Int)]>([])

        var all: [(question: String, moments: Int)] { questions.withLock { $0 } }
        func note(_ question: String, _ moments: Int) { questions.withLock { $0.append((question, moments)) } }
    }

    /// Says what a test wants by what it is shown and asked: a picture of brightness above 100 shows a fire.
    private struct Script: PictureNarrator {
        var replies: @Sendable (_ question: String, _ isStrange: Bool) -> String
        let asked = Asked()

        func generate(instruction: String, question: String, limit: Int) async throws -> String {
            asked.note(instruction + "\n" + question, 0)
            return replies(instruction, question.contains("fire"))
        }

        func answer(_ question: String, about moments: [SeenMoment], limit: Int) async throws -> String {
            asked.note(question, moments.count)
            return replies(question, moments.contains { ($0.picture.pixels.first ?? 0) > 100 })
        }
    }

    /// One that notices fires, and refuses to say so when asked by yes or no unless `confirms`.
    private static func script(confirms: Bool = true) -> Script {
        Script { question, isStrange in
            if question.contains("one short sentence") {
                return isStrange ? "a fire burns in the yard" : "a person walks in the yard"
            }
            if question.contains("Python list") { return isStrange ? "[0.9]" : "[0.0]" }
            if question.contains("single words") { return "fire, smoke, yard, weapon" }
            if question.contains("Output:") { return isStrange ? "4. yes\nOutput: 1" : "Output: 0" }
            if question.contains("yes or no") { return confirms ? "Yes, a fire." : "No, it is a lamp." }
            return isStrange ? "a fire burns" : "a person walks"
        }
    }

    /// `moments` a second apart; those in `strange` show a fire.
    private static func moments(_ count: Int, strange: Range<Int>) -> [SeenMoment] {
        (0..<count).map { second in
            let isStrange = strange.contains(second)
            return SeenMoment(
                time: WallTime(microseconds: Int64(second) * 1_000_000),
                picture: Picture(width: 1, height: 1, pixels: isStrange ? [200, 0, 0] : [0, 0, 0]),
                encoding: isStrange ? [0, 1] : [1, 0], strangeness: isStrange ? 0.8 : 0.1)
        }
    }

    private static func encode(_ text: String) async throws -> [Float] { text.contains("fire") ? [0, 1] : [1, 0] }

    private static func scores(
        _ method: TextMethod, _ script: Script, strange: Range<Int> = 30..<40
    ) async throws -> (judgements: [TextJudgement], failures: Int) {
        var judge = TextJudge(method, narrator: script, encode: encode)
        var found: [TextJudgement] = []
        for moment in moments(50, strange: strange) { found.append(try await judge.judge(moment)) }
        return (found, judge.failures)
    }

    @Test("every method scores a fire high and what came before it low", arguments: TextMethod.allCases)
    func finds(method: TextMethod) async throws {
        let (judgements, failures) = try await Self.scores(method, Self.script())
        #expect(judgements[..<30].allSatisfy { $0.score < 0.3 }, "\(judgements.map(\.score))")
        let peak = judgements[30..<40].map(\.score).max() ?? 0
        #expect(peak > 0.5, "\(judgements[30..<40].map(\.score))")
        #expect(failures == 0)
        #expect(judgements[39].text.lowercased().contains("fire") || method == .vera)
    }

    @Test("nothing that comes later changes a score", arguments: TextMethod.allCases)
    func causal(method: TextMethod) async throws {
        let short = try await Self.scores(method, Self.script(), strange: 60..<70).judgements
        let long = try await Self.scores(method, Self.script()).judgements
        #expect(short[..<30].map(\.score) == long[..<30].map(\.score))
    }

    @Test("replies that cannot be read are counted and raise nothing", arguments: TextMethod.allCases)
    func unreadable(method: TextMethod) async throws {
        let script = Script { question, _ in question.contains("one short sentence") ? "a yard" : "?" }
        let (judgements, failures) = try await Self.scores(method, script)
        #expect(failures > 0)
        // The scorer of Holmes-VAD needs no words.
        #expect(method == .holmesVAD || judgements.allSatisfy { $0.score == 0 })
    }

    @Test("Holmes-VAD asks only where the scorer finds something, of the frames with the score, and believes a no")
    func holmes() async throws {
        let calm = Self.script()
        _ = try await Self.scores(.holmesVAD, calm, strange: 60..<61)
        #expect(calm.asked.all.isEmpty)
        let refusing = Self.script(confirms: false)
        let (judgements, _) = try await Self.scores(.holmesVAD, refusing)
        #expect(judgements.allSatisfy { $0.score < 0.5 })
        #expect(judgements[35].text == "No, it is a lamp.")
        let asked = refusing.asked.all
        #expect(asked.count == 1 && (2...8).contains(asked[0].moments))
    }

    @Test("AnomalyRuler drops words that a normal caption contains, and believes a no")
    func ruler() async throws {
        let script = Self.script(confirms: false)
        let (judgements, _) = try await Self.scores(.anomalyRuler, script)
        let check = try #require(script.asked.all.first { $0.question.contains("yes or no") })
        #expect(check.question.contains("fire, smoke, weapon") && !check.question.contains("smoke, weapon, yard"))
        #expect(judgements.allSatisfy { $0.score < 0.5 })
    }

    @Test("MoniTor is told what was expected and how earlier captions were rated")
    func moniTor() async throws {
        let script = Self.script()
        _ = try await Self.scores(.moniTor, script)
        let asked = script.asked.all.map(\.question).filter { $0.contains("Python list") }
        #expect(asked.contains { $0.contains("Expected: ") && $0.contains("Rated 0.9: a fire burns in the yard") })
    }

    @Test("VERA's label is the digit after the last Output")
    func label() {
        #expect(VERA.label("Output: 0 or 1?\nOutput: 1") == 1 && VERA.label("Output: 0") == 0)
        #expect(VERA.label("I cannot say") == nil && VERA.label("Output: none") == nil)
    }
}
