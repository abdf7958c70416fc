import Base
import Foundation
import Glibc
import Ingest
import TestSupport
import Testing

/// What reading costs, for Benchmarks/peers/ingest.sh, which names the files. Nothing is judged here.
@Suite("Cost of decoding", .serialized, .tags(.media), .timeLimit(.minutes(20)))
struct DecodeCostTests {
    /// `ALERTD_BENCH_FILES`, separated by colons; none in an ordinary run.
    private static var files: [String] {
        (ProcessInfo.processInfo.environment["ALERTD_BENCH_FILES"] ?? "").split(separator: ":").map { String($0) }
    }

    @Test("is printed", arguments: files, [DecodePolicy.sparing, .full])
    func cost(path: String, decoding: DecodePolicy) async throws {
        let (cpu, wall) = (Self.cpuSeconds, ContinuousClock.now)
        let source = try await FileSource(
            MediaFile(path: path), configuration: IngestConfiguration(analyseFPS: 1, decoding: decoding))
        let frames = try await source.withFrames { queue in try await queue.reduce(0) { sum, _ in sum + 1 } }
        let (statistics, elapsed) = (source.statistics, ContinuousClock.now - wall)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        print(
            "cost", path, decoding.rawValue, statistics.decodeMode.rawValue, statistics.mediaSeconds, frames,
            statistics.framesDecoded, Self.cpuSeconds - cpu, seconds)
    }

    /// CPU seconds of this process, kernel included.
    private static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
