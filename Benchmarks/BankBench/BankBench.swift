import Anomaly
import Base
import Foundation
import NN

/// Times a query of a normality bank, and a whole frame of a model that has seen days: `BankBench [vectors] [width]
/// [sentence file]`; with a file through the lanes of its sentences, too.
///
/// Prints one JSON object: medians over many calls in microseconds, on one thread.
@main
enum BankBench {
    static func main() throws {
        BLAS.configure(threads: 1)
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let file = CommandLine.arguments.dropFirst().first { Int($0) == nil }
        let (vectors, width) = (numbers.first ?? 1216, numbers.dropFirst().first ?? 512)
        var random = SystemRandomNumberGenerator()
        func unit() -> [Float] {
            let values = (0..<width).map { _ in Float.random(in: -1...1, using: &random) }
            let length = values.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            return values.map { $0 / length }
        }
        var bank = CoresetBank(capacity: vectors, width: width, radius: 0)
        for second in 0..<vectors { bank.insert(unit(), at: WallTime(microseconds: Int64(second) * 1_000_000)) }
        let queries = (0..<64).map { _ in unit() }
        let one = median(2000) { index in
            bank.neighbours(bank.distances([queries[index % 64]])[0], count: 3).first?.index ?? 0
        }
        let frame = frameCost(width: width, sentences: nil, unit)
        let worded = try file.map { frameCost(width: width, sentences: try sentences($0, unit), unit) }
        print(
            "{\"vectors\":\(vectors),\"width\":\(width),\"query_us\":\(one),\"frame_us\":\(frame.microseconds),"
                + (worded.map { "\"frame_with_sentences_us\":\($0.microseconds)," } ?? "")
                + "\"frame_looks\":3,\"model_bytes\":\(frame.bytes)}")
    }

    /// The sentences of `file` with random encodings.
    private static func sentences(_ file: String, _ unit: () -> [Float]) throws -> SentenceMemory {
        let list = try SentenceFile.read([UInt8](try Data(contentsOf: URL(filePath: file))), name: file)
        let encodings = SentenceMemory.prompts(for: list).map { TextEncoding(text: $0, values: unit()) }
        return SentenceMemory(list: list, encodings: encodings)
    }

    /// A frame of a scene and two crops through every lane, after two days of random ones.
    private static func frameCost(
        width: Int, sentences: SentenceMemory?, _ unit: () -> [Float]
    ) -> (microseconds: Double, bytes: Int) {
        guard let camera = CameraID("bench") else { return (0, 0) }
        let encoder = EncoderIdentity(name: "bench", digest: "0", width: width, resolution: "none")
        var model = AnomalyModel(camera: camera, encoder: encoder, sentences: sentences, ceilingPerDay: 1)
        var seconds = 0.0
        func next(step: Double) -> AnomalyFrame {
            seconds += step
            let looks = (0..<3).map { _ in
                FrameEncoding.Look(box: Box(left: 0.2, top: 0.2, right: 0.4, bottom: 0.8), values: unit())
            }
            let time = WallTime(microseconds: Int64(seconds * 1e6))
            return AnomalyFrame(encoding: FrameEncoding(time: time, looks: looks), chroma: 20)
        }
        for _ in 0..<9000 { _ = model.observe(next(step: 19.2)) }
        let frames = (0..<200).map { _ in next(step: 1) }
        let cost = median(200) { index in model.observe(frames[index])?.lanes.count ?? 0 }
        return (cost, model.byteCount)
    }

    private static func median(_ count: Int, _ body: (Int) -> Int) -> Double {
        let clock = ContinuousClock()
        var sink = 0
        let times = (0..<count).map { index -> Double in
            let took = clock.measure { sink &+= body(index) }
            return Double(took.components.attoseconds) / 1e12 + Double(took.components.seconds) * 1e6
        }.sorted()
        precondition(sink != Int.min)
        return (times[count / 2] * 10).rounded() / 10
    }
}
