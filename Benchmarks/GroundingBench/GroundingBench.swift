import Foundation
import Grounding
import NN

/// Times of the grounding room for `scripts/bench-grounding`, one JSON object a line.
///
///     GroundingBench tfvtg [N …]        the localiser on curves of N frames, stride 1, windows up to half the curve
///     GroundingBench live               one analysed second of 16 cameras with 100 queries each, beyond encoding
///     GroundingBench weights FILE       writes weights of the released UniVTG's size by formula, as safetensors
///     GroundingBench univtg FILE N      the network of that file on 75 clips and 20 words, on N threads
@main
enum GroundingBench {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        BLAS.configure(threads: 1)
        switch arguments.first {
        case "tfvtg":
            let sizes = arguments.dropFirst().compactMap { Int($0) }
            for size in sizes.isEmpty ? [200, 400, 800, 1600, 3200, 6400] : sizes { try localise(size) }
        case "live": try print(LiveStep.measure())
        case "weights" where arguments.count == 2: try UniVTGForward.write(to: arguments[1])
        case "univtg" where arguments.count == 3:
            try print(UniVTGForward.measure(file: arguments[1], threads: Int(arguments[2]) ?? 1))
        default:
            FileHandle.standardError.write(
                Data("usage: GroundingBench tfvtg [N …] | live | weights F | univtg F N\n".utf8))
            exit(64)
        }
    }

    private struct Localised: Encodable {
        let n: Int
        let rule: String
        let seconds: Double
        let rows: [[Int]]
    }

    private static func localise(_ count: Int) throws {
        let curve = Numbers.curve(count)
        for (name, rule) in [("published", TFVTG.Outside.aboveMask), ("product", .allFrames)] {
            let localiser = TFVTG(.init(stride: 1, longest: count / 2, outside: rule))
            let seconds = fastest(of: count > 2000 ? 3 : 15) { _ = localiser.proposals(similarity: curve) }
            let rows = localiser.proposals(similarity: curve).map { [$0.window.lowerBound, $0.window.upperBound] }
            try print(Localised(n: count, rule: name, seconds: seconds, rows: rows))
        }
    }

    /// Seconds of the fastest of some runs, after one that does not count.
    static func fastest(of count: Int, _ body: () -> Void) -> Double {
        body()
        let clock = ContinuousClock()
        return (0..<count).map { _ in clock.measure(body) / .seconds(1) }.min() ?? .nan
    }

    private static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
}
