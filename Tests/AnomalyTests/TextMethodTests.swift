import Anomaly
import Base
import Testing

@Suite("Text methods")
struct TextMethodTests {
    @Test(
        "the product's parser takes brackets, blanks and bare numbers, clamps, and takes nothing else",
        arguments: [
            ("[0.3]", 0.3), ("[ 0.5 ]", 0.5), ("0.8", 0.8), ("[.5]", 0.5), ("[1.]", 1), ("[7]", 1),
            ("Score: 0.25.", 0.25),
            ("['0.6']", 0.6), ("no idea", nil), ("", nil), ("[0.2, 0.4]", nil), ("50%", nil), ("[]", nil),
        ] as [(String, Double?)])
    func lenient(reply: String, expected: Double?) { #expect(Rating.lenient(reply) == expected) }

    @Test("a reply that cannot be read holds the last rating, which decays, and is counted")
    func held() {
        var held = HeldRating(decay: 10)
        let start = WallTime(microseconds: 0)
        #expect(held.take("?", at: start) == 0)
        #expect(held.take("[0.8]", at: start) == 0.8)
        let later = held.take("sorry", at: start.advanced(bySeconds: 10))
        #expect(abs(later - 0.2943) < 1e-3)
        #expect(held.failures == 2)
    }

    @Test("a trailing window ends at its moment and looks at nothing later")
    func trailing() {
        let window = CaptionWindow(seconds: 10, framesPerSecond: 3, samples: 4)
        #expect(window.trailing(endingAt: 100) == [71, 80, 90, 100])
        #expect(window.trailing(endingAt: 2) == [0, 1, 2])
    }

    private struct Replies: TextGenerator {
        let rating: String

        func generate(instruction: String, question: String, limit: Int) async throws -> String {
            instruction.contains("Python list") ? rating : "A summary:\n" + question.prefix(20)
        }
    }

    @Test("LAVAD in its causal form rates a moment from what was said before")
    func lavad() async throws {
        var lavad = LAVAD(generator: Replies(rating: "[0.9]"))
        var last = 0.0
        for second in 0..<5 {
            let moment = LAVAD.Moment(
                time: WallTime(microseconds: Int64(second) * 1_000_000), caption: "a person \(second)",
                captionEncoding: [1, Float(second)], frameEncoding: [1, 0.5])
            let result = try await lavad.rate(moment) { _ in [1, 1] }
            last = result.score
        }
        #expect(abs(last - 0.9) < 1e-9 && lavad.failures == 0)
        var silent = LAVAD(generator: Replies(rating: "I cannot say"))
        let moment = LAVAD.Moment(
            time: WallTime(microseconds: 0), caption: "x", captionEncoding: [1, 0], frameEncoding: [1, 0])
        let result = try await silent.rate(moment) { _ in [1, 1] }
        #expect(result.score == 0 && silent.failures == 1)
    }

    @Test("VERA takes a refusal for an anomaly")
    func vera() {
        #expect(VERA.isAnomalous("") && VERA.isAnomalous("Output: 1") && !VERA.isAnomalous("1. no\nOutput: 0"))
    }

    @Test("AnomalyRuler's stream needs no future and rises with keywords")
    func ruler() {
        var stream = AnomalyRuler.Stream(keywords: ["bicycle"])
        let calm = (0..<20).map { _ in stream.take("people walk") }
        #expect(calm.allSatisfy { $0 == 0 })
        let ridden = (0..<6).map { _ in stream.take("a man rides a bicycle") }
        #expect((ridden.last ?? 0) > 0.7)
    }

    @Test("MoniTor's exemplars keep the newest caption of each level")
    func exemplars() {
        var exemplars = MoniTor.Exemplars()
        exemplars.remember("a walk", rating: 0.1)
        exemplars.remember("a run", rating: 0.1)
        exemplars.remember("a fight", rating: 0.92)
        exemplars.remember("nonsense", rating: 7)
        #expect(exemplars.lines == ["0.1: a run", "0.9: a fight"])
    }

    @Test("a fitted mixture finds two clusters")
    func mixture() throws {
        var random = SeededRandom(2)
        let samples = (0..<400).map { index -> [Double] in
            let centre = index % 2 == 0 ? 0.0 : 5.0
            return [centre + 0.3 * random.normal(), -centre + 0.3 * random.normal()]
        }
        let mixture = try #require(GaussianMixture.fit(samples, count: 2))
        #expect(mixture.negativeLogLikelihood([0, 0]) < 2 && mixture.negativeLogLikelihood([5, -5]) < 2)
        #expect(mixture.negativeLogLikelihood([2.5, -2.5]) > 10)
        #expect(GaussianMixture.fit([[1]], count: 2) == nil)
        #expect(GaussianMixture(weights: [1], means: [[0, 0]], covariances: [[[1, 2], [2, 1]]]) == nil)
    }
}
