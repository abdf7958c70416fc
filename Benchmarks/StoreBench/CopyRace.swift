import Base
import Foundation
import Store

/// The same rows of curves and index, written by the store and by psql's `\copy` of a text file, in turns.
struct CopyRace {
    let store: EventStore
    let state: String

    private static let cameras = (0..<16).compactMap { CameraID("camera\($0)") }
    private static let monday = WallTime(microseconds: 1_777_852_800_000_000)
    /// Values of each camera: half a day at one frame a second.
    private static let samples = 43_200

    func run() async throws {
        let scores = (0..<Self.samples).map { second in
            ScoreSample(
                lane: "anomaly:normality", at: Self.monday.advanced(bySeconds: Double(second)),
                value: Double(second % 997) / 997, pValue: Double(second % 101) / 101,
                explanation: second % 50 == 0 ? "unlike what this camera shows at noon" : nil)
        }
        // The first pass makes cameras and partitions.
        try await writeScores(scores)
        let file = state + "/scores.tsv"
        try await psql("\\copy (SELECT * FROM alertd.score ORDER BY camera_id, at) TO '\(file)'")
        var (ours, theirs): ([Double], [Double]) = ([], [])
        let clock = ContinuousClock()
        for _ in 0..<5 {
            try await psql("TRUNCATE alertd.score")
            ours.append(try await clock.measure { try await writeScores(scores) } / .seconds(1))
            try await psql("TRUNCATE alertd.score")
            theirs.append(
                try await clock.measure { try await psql("\\copy alertd.score FROM '\(file)'") } / .seconds(1))
        }
        let rows = Double(Self.samples * Self.cameras.count)
        let (us, peer) = (ours.sorted()[2], theirs.sorted()[2])
        StoreBench.say(
            "scores",
            [
                ("rows", rows), ("us_seconds", us), ("us_best", ours.min() ?? 0), ("us_worst", ours.max() ?? 0),
                ("psql_copy_seconds", peer), ("us_rows_per_second", rows / us), ("peer_rows_per_second", rows / peer),
                ("ratio", peer / us),
            ])
    }

    private func writeScores(_ scores: [ScoreSample]) async throws {
        for camera in Self.cameras {
            for start in stride(from: 0, to: scores.count, by: 14_400) {
                try await store.recordScores(Array(scores[start..<min(start + 14_400, scores.count)]), camera: camera)
            }
        }
    }

    private func psql(_ command: String) async throws {
        let description = "\(store.address)"
        let host = description.split(separator: " ").first { $0.hasPrefix("/") } ?? ""
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "host=\(host) port=5432 user=alertd dbname=alertd", "-c",
            command,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}
