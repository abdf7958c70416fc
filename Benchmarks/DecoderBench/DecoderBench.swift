import Foundation
import NN
import VLM

/// What a text decoder, and a video-LLM around one, take; driven by `Benchmarks/peers/decoder.py`.
///
///     DecoderBench text FOLDER PRECISION THREADS PROMPT TOKENS ROUNDS    rates of reading and writing, as JSON
///     DecoderBench video FOLDER PRECISION THREADS FRAMES TOKENS          seconds from pixels to the last token, as JSON
@main
enum DecoderBench {
    static func main() {
        BLAS.configure(threads: 1)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            guard arguments.count > 3, let precision = Precision(rawValue: arguments[2]) else { throw BenchError.usage }
            let numbers = try arguments.dropFirst(3).map(number)
            switch (arguments[0], numbers.count) {
            case ("text", 4): print(try text(arguments[1], precision, numbers))
            case ("video", 3): print(try video(arguments[1], precision, numbers))
            default: throw BenchError.usage
            }
        } catch {
            FileHandle.standardError.write(Data("DecoderBench: \(error)\n".utf8))
            exit(64)
        }
    }

    private static func text(_ folder: String, _ precision: Precision, _ numbers: [Int]) throws -> String {
        let (threads, length, count, rounds) = (numbers[0], numbers[1], numbers[2], numbers[3])
        let team = WorkerTeam(threads: threads)
        let decoder = try team.lead { () throws(ModelError) in
            try LanguageModel.loadNetwork(folder: folder, precision: precision).decoder
        }
        let ids = (0..<length).map { ($0 * 7919 + 13) % decoder.vocabulary }
        var (reading, writing): ([Double], [Double]) = ([], [])
        var cacheBytes = 0
        for _ in 0...rounds {
            let run = try team.lead { () throws(ModelError) in try Self.run(decoder, decoder.embed(ids), count) }
            reading.append(Double(length) / run.reading)
            writing.append(Double(count - 1) / run.writing)
            cacheBytes = run.cacheBytes
        }
        // The first round warms caches and pages up.
        return json([
            "prefill_tokens_per_second": median(reading.dropFirst()), "prefill_slowest": reading.dropFirst().min() ?? 0,
            "decode_tokens_per_second": median(writing.dropFirst()), "decode_slowest": writing.dropFirst().min() ?? 0,
            "cache_mib": Double(cacheBytes) / 1_048_576, "peak_mib": peakMemory(),
        ])
    }

    private static func run(
        _ decoder: TextDecoder, _ prompt: Tensor, _ count: Int
    ) throws(ModelError) -> (reading: Double, writing: Double, cacheBytes: Int) {
        var generator = try Generator(
            decoder, prompt: prompt,
            cache: decoder.emptyCache(limit: prompt.shape[0] + count, format: .fp16),
            sampler: Sampler(Sampler.Settings()), stops: [], count: count)
        let start = ContinuousClock.now
        var first: ContinuousClock.Instant?
        while true {
            let step = generator.step()
            if step == .end { break }
            if case .token = step, first == nil { first = .now }
        }
        let end = ContinuousClock.now
        let middle = first ?? end
        return ((middle - start) / .seconds(1), (end - middle) / .seconds(1), generator.cache.byteCount)
    }

    private static func video(_ folder: String, _ precision: Precision, _ numbers: [Int]) throws -> String {
        let (threads, frames, count) = (numbers[0], numbers[1], numbers[2])
        let team = WorkerTeam(threads: threads)
        let model = try team.lead { () throws(ModelError) in
            try SmolVLM.loadNetwork(folder: folder, precision: precision)
        }
        let side = try ConfigurationFile(folder: folder, name: "config.json").object("vision_config")
            .integer("image_size", default: 512, in: 1...4096)
        var results: [[String: Double]] = []
        for _ in 0..<2 {
            let start = ContinuousClock.now
            let tokens = team.lead {
                (0..<frames).map { frame in
                    var pass = model.pass {
                        Tensor(shape: [1, 3, side, side]) { pixels in
                            for i in pixels.indices { pixels[i] = Float((i * 31 + frame * 7) % 255) / 127.5 - 1 }
                        }
                    }
                    while true { if let tokens = pass.advance() { return tokens } }
                }
            }
            let seen = ContinuousClock.now
            let visual = Tensor(joining: tokens)
            let text = (0..<150).map { ($0 * 31 + 3) % 1000 }
            let run = try team.lead { () throws(ModelError) in
                try Self.run(
                    model.decoder, Tensor(joining: [model.decoder.embed(text), visual]), count)
            }
            results.append([
                "vision_seconds": (seen - start) / .seconds(1), "prefill_seconds": run.reading,
                "decode_seconds": run.writing,
                "seconds": (seen - start) / .seconds(1) + run.reading + run.writing, "peak_mib": peakMemory(),
            ])
        }
        return json(results[1])
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text), (1...1_000_000).contains(number) else { throw BenchError.usage }
        return number
    }

    private static func median(_ values: ArraySlice<Double>) -> Double { values.sorted()[values.count / 2] }

    /// MiB of the process's largest resident set (`VmHWM`).
    private static func peakMemory() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1024
    }

    private static func json(_ values: [String: Double]) -> String {
        let data = try? JSONSerialization.data(withJSONObject: values, options: .sortedKeys)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

enum BenchError: Error { case usage }
