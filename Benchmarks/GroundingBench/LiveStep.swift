import Base
import Grounding

/// What an analysed second of many cameras costs beyond encoding: the scores of all queries, and their automata.
enum LiveStep {
    struct Result: Encodable {
        let cameras, queries, looks, width: Int
        let millisecondsPerAnalysedSecond: Double
    }

    static func measure() -> Result {
        let (cameras, queries, looks, width) = (16, 100, 4, 512)
        var numbers = Numbers(seed: 1)
        func unit() -> [Float] {
            let values = numbers.floats(width, scale: 1)
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return values.map { $0 / length }
        }
        let texts = (0..<queries).map { TextEncoding(text: "query \($0)", values: unit()) }
        let frames = (0..<cameras).map { _ in
            FrameEncoding(
                time: WallTime(microseconds: 0), looks: (0..<looks).map { _ in .init(box: .whole, values: unit()) })
        }
        let scorer = SaliencyScorer(queries: texts, constants: .unfitted)
        let parameters = EventAutomaton.Parameters(
            on: 0.6, off: 0.4, minimumOn: 1, hold: 2, maximumGap: 10, cooldown: 3, maximumDuration: 86_400)
        var automata = Array(repeating: Array(repeating: EventAutomaton(parameters), count: queries), count: cameras)
        var second = 0.0
        let seconds = GroundingBench.fastest(of: 200) {
            second += 1
            let time = WallTime(microseconds: 0).advanced(bySeconds: second)
            for camera in 0..<cameras {
                for (query, saliency) in scorer.score(frames[camera]).enumerated() {
                    _ = automata[camera][query].advance(time, Double(saliency.value))
                }
            }
        }
        return Result(
            cameras: cameras, queries: queries, looks: looks, width: width,
            millisecondsPerAnalysedSecond: seconds * 1000)
    }
}
