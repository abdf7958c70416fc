import Base
import Foundation
import Pipeline
import Store

/// Times exact searches over stored encodings, beside a peer that takes its turn between.
///
/// `SearchBench serve [width]` writes 24 hours of 16 cameras, a random direction a second, and answers each line it reads:
/// `million` (one query over the first 12 cameras: 1,036,800 rows), `batch` (16 queries over the same), `day` (one query over all
/// 16), `many N` (N searchers at once over all 16), each with one JSON object of milliseconds, warm, on all cores.
///
/// `SearchBench month [days] [cameras] [radius] [stillShare]` writes a past of minutes with that radius and prints what one search
/// reads of it. Thirty days of 16 cameras take 20 GB.
///
/// `SearchBench radii STATE` prints the share of still frames and the minutes' radii of real encodings.
@main
enum SearchBench {
    private static let million = 12
    private static let clock = ContinuousClock()
    private static let always = TimeSpan(
        start: WallTime(microseconds: 0), end: WallTime(microseconds: 4_000_000_000_000_000))

    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.dropFirst().compactMap(Double.init)
        let folder = FileManager.default.temporaryDirectory.appending(path: "alertd-search-bench-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        switch words.first {
        case "serve": try await serve(folder.path, width: numbers.first.map { Int($0) } ?? 512)
        case "month": try await month(folder.path, numbers)
        case "radii": try await radii(words.count > 1 ? words[1] : "")
        default: say("usage: SearchBench serve [width] | month [days] [cameras] [radius] [stillShare] | radii STATE")
        }
    }

    private static func serve(_ state: String, width: Int) async throws {
        let past = try await MadeUpPast(
            state, cameras: 16, secondsEach: 86_400, width: width, form: .directions, queries: 64, checked: 2)
        let search = EncodingSearch(EncodingReader(stateDirectory: state, encoder: past.encoder))
        let all = past.filter(past.cameras.count)
        let cold = try await clock.measure { _ = try await search.best([past.queries[0]], limit: 100, in: all) }
        var shared = 0
        for (index, truth) in past.best.enumerated() {
            let found = try await search.best([past.queries[index]], limit: 100, in: all).hits[0]
            shared += truth.intersection(found.map(past.number)).count
        }
        let recall = Double(shared) / Double(max(1, 100 * past.best.count))
        say("{\"rows\":\(16 * 86_400),\"width\":\(width),\"index_ms\":\(rounded(cold)),\"recall_at_100\":\(recall)}")
        var turn = 0
        while let line = readLine() {
            let words = line.split(separator: " ")
            turn += 1
            switch words.first {
            case "million":
                let query = past.queries[turn % past.queries.count]
                let time = try await clock.measure {
                    _ = try await search.best([query], limit: 100, in: past.filter(million))
                }
                say("{\"ms\":\(rounded(time))}")
            case "batch":
                let time = try await clock.measure {
                    _ = try await search.best(Array(past.queries.prefix(16)), limit: 100, in: past.filter(million))
                }
                say("{\"ms\":\(rounded(time))}")
            case "day":
                let query = past.queries[turn % past.queries.count]
                let time = try await clock.measure { _ = try await search.best([query], limit: 100, in: all) }
                say("{\"ms\":\(rounded(time))}")
            case "many":
                let times = try await many(words.last.flatMap { Int($0) } ?? 50, past, search)
                say("{\"p50\":\(rounded(times[times.count / 2])),\"p95\":\(rounded(times[times.count * 95 / 100]))}")
            default: return
            }
        }
    }

    /// How long each of `count` searchers waits who ask at the same moment, shortest first.
    private static func many(_ count: Int, _ past: MadeUpPast, _ search: EncodingSearch) async throws -> [Duration] {
        let filter = past.filter(past.cameras.count)
        return try await withThrowingTaskGroup { group in
            for searcher in 0..<count {
                let query = past.queries[searcher % past.queries.count]
                group.addTask { try await clock.measure { _ = try await search.best([query], limit: 100, in: filter) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
    }

    private static func month(_ state: String, _ numbers: [Double]) async throws {
        func number(_ index: Int, _ usual: Double) -> Double { numbers.count > index ? numbers[index] : usual }
        let (days, cameras) = (Int(number(0, 30)), Int(number(1, 16)))
        let past = try await MadeUpPast(
            state, cameras: cameras, secondsEach: days * 86_400, width: 512,
            form: .minutes(radius: Float(number(2, 0.3)), stillShare: number(3, 0)), queries: 3, checked: 0)
        let search = EncodingSearch(EncodingReader(stateDirectory: state, encoder: past.encoder))
        for query in past.queries {
            var effort = EncodingSearch.Effort()
            let time = try await clock.measure {
                effort = try await search.best([query], limit: 100, in: past.filter(cameras)).effort
            }
            say(
                "{\"days\":\(days),\"cameras\":\(cameras),\"ms\":\(rounded(time)),\"minutes\":\(effort.minutes),"
                    + "\"minutes_read\":\(effort.minutesRead),\"rows_read\":\(effort.rows),\"computed\":\(effort.computed)}"
            )
        }
    }

    private static func radii(_ state: String) async throws {
        let days = StoredEncodings(stateDirectory: state).days
        var radii: [Float] = []
        var (frames, stills) = (0, 0)
        for encoder in Set(days.map(\.encoder)) {
            let reader = EncodingReader(stateDirectory: state, encoder: encoder)
            for camera in Set(days.filter { $0.encoder == encoder }.map(\.camera)) {
                for summary in try await reader.summaries(of: camera, during: always) {
                    radii.append(summary.radius)
                    (frames, stills) = (frames + summary.frames, stills + summary.stills)
                }
            }
        }
        radii.sort()
        guard !radii.isEmpty else { return say("no minute below \(state)") }
        let parts = [0.1, 0.5, 0.9].map { radii[Int(Double(radii.count - 1) * $0)] }
        say(
            "{\"minutes\":\(radii.count),\"still_share\":\(Double(stills) / Double(frames)),\"radius_p10\":\(parts[0]),"
                + "\"radius_p50\":\(parts[1]),\"radius_p90\":\(parts[2])}")
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func rounded(_ time: Duration) -> Double { (time / .milliseconds(1) * 10).rounded() / 10 }
}
