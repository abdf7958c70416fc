import Foundation
import NN

// Letters: B batch · S side of the picture · D width of the embedding.

/// Answers each line of its standard input with one line, so that the driver decides whose turn it is:
///
///     pixels B PATH   reads [B, 3, S, S] little-endian floats         → B
///     run             one forward pass of them                        → seconds
///     rows            embeddings of the last run                      → B
///     embeds ROW      one of them                                     → D numbers
final class EncoderServer {
    private let encoder: BenchEncoder
    private let team: WorkerTeam
    private var pixels: Tensor
    private var embeds = Tensor(zeros: [0, 1])

    init(encoder: BenchEncoder, team: WorkerTeam) {
        self.encoder = encoder
        self.team = team
        pixels = Self.noise(batch: 1, side: encoder.imageSize)
    }

    func run() throws {
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("pixels", 3):
                pixels = try read(words[2], batch: EncoderBench.number(words[1]))
                answer(pixels.shape[0])
            case ("run", 1): answer(pass())
            case ("rows", 1): answer(embeds.shape[0])
            case ("embeds", 2):
                guard let row = Int(words[1]), (0..<embeds.shape[0]).contains(row) else {
                    throw BenchError.notANumber(words[1])
                }
                answer(embeds[row].values.map { String($0) }.joined(separator: " "))
            default: throw BenchError.unknownCommand(line)
            }
        }
    }

    /// Unbuffered, because the driver waits for it.
    private func answer(_ value: some CustomStringConvertible) {
        FileHandle.standardOutput.write(Data("\(value)\n".utf8))
    }

    /// Medians over eleven passes: milliseconds by operation, the rest, and all.
    func profile(batch: Int) -> String {
        pixels = Self.noise(batch: batch, side: encoder.imageSize)
        _ = pass()
        var samples: [String: [Double]] = [:]
        for _ in 0..<11 {
            let profile = OperationProfile()
            let all = profile.record { pass() }
            for operation in OperationProfile.Operation.allCases {
                samples[operation.rawValue, default: []].append(profile.durations[operation, default: .zero].seconds)
            }
            let named = profile.durations.values.reduce(.zero, +).seconds
            samples["rest", default: []].append(all - named)
            samples["all", default: []].append(all)
        }
        let fields = samples.sorted { $0.key < $1.key }
            .map { "\"\($0.key)\": \($0.value.sorted()[$0.value.count / 2] * 1e3)" }
        return "{\(fields.joined(separator: ", "))}"
    }

    /// Seconds of one forward pass.
    private func pass() -> Double {
        let start = ContinuousClock.now
        embeds = team.lead { encoder.encode(pixels) }
        return (ContinuousClock.now - start).seconds
    }

    private func read(_ path: String, batch: Int) throws -> Tensor {
        let side = encoder.imageSize
        let count = batch * 3 * side * side
        guard let file = fopen(path, "rb") else { throw BenchError.unreadable(path) }
        defer { fclose(file) }
        var values = [Float](repeating: 0, count: count)
        guard fread(&values, 4, count, file) == count else { throw BenchError.unreadable(path) }
        return Tensor(values, shape: [batch, 3, side, side])
    }

    private static func noise(batch: Int, side: Int) -> Tensor {
        var state: UInt64 = 1
        return Tensor(shape: [batch, 3, side, side]) { pixels in
            for i in pixels.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                pixels[i] = Float(state >> 40) / Float(1 << 23) - 1
            }
        }
    }
}

extension Duration {
    /// As a fraction of seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
