import Foundation
import NN

/// The part of `make bench` that is measured: alertd's own engine, driven by `Benchmarks/peers/bench.py`.
///
///     EncoderBench serve FOLDER PRECISION THREADS          answers the lines that EncoderServer explains
///     EncoderBench profile FOLDER PRECISION THREADS BATCH  where one forward pass spends its time, as JSON
///     EncoderBench limits THREADS                          measured peaks and the rates of products, as JSON
@main
enum EncoderBench {
    static func main() {
        BLAS.configure(threads: 1)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch (arguments.first, arguments.count) {
            case ("serve", 4): try server(arguments).run()
            case ("profile", 5): try print(server(arguments).profile(batch: number(arguments[4])))
            case ("limits", 2): try print(MachineLimits(threads: number(arguments[1])).json)
            default: throw BenchError.usage
            }
        } catch {
            FileHandle.standardError.write(Data("EncoderBench: \(error)\n".utf8))
            exit(64)
        }
    }

    private static func server(_ arguments: [String]) throws -> EncoderServer {
        guard let precision = Precision(rawValue: arguments[2]) else { throw BenchError.usage }
        return EncoderServer(
            encoder: try BenchEncoder(folder: arguments[1], precision: precision),
            team: WorkerTeam(threads: try number(arguments[3])))
    }

    static func number(_ text: String) throws -> Int {
        guard let number = Int(text), (1...4096).contains(number) else { throw BenchError.notANumber(text) }
        return number
    }
}

enum BenchError: Error {
    case usage
    case notANumber(String)
    case unreadable(String)
    case unknownCommand(String)
}
