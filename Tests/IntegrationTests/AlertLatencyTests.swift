import Base
import Foundation
import TestSupport
import Testing

/// Folders of describers, separated by colons; only `make long` gives some.
private let describers = ProcessInfo.processInfo.environment["ALERTD_LATENCY_DESCRIBERS"]

@Suite("A describer and the alerts", .tags(.integration), .timeLimit(.minutes(30)), .serialized)
struct AlertLatencyTests {
    /// Fourteen seconds, a car in each of them, over and over.
    private static let source = ["-t", "14", "-i", Fixtures.root.appending(path: "share/demo/yard.mp4").path]
    private static let lap = 14.0
    /// When the car comes into sight, in seconds of the clip, by its manifest.
    private static let carComes = 3.3
    private static let cameras = 4
    private static let seconds = 150.0
    /// Several sentences for one thing, so that more is told than a slow model can describe.
    private static let queries = """
        queries:
          car: { text: "a car drives through the yard" }
          vehicle: { text: "a vehicle comes by" }
          walker: { text: "a person walks through the yard" }
        """

    /// What came of one describer.
    private struct Outcome {
        let name: String
        /// Seconds from the car's coming into sight to the row that tells of it, in order.
        let latencies: [Double]
        let described: Int
        let waiting: Int
        let dropped: Int

        func quantile(_ share: Double) -> Double {
            latencies[min(Int(share * Double(latencies.count)), latencies.count - 1)]
        }

        var text: String {
            let figures = [0.5, 0.95, 1].map { "\((quantile($0) * 100).rounded() / 100)" }.joined(separator: " / ")
            return "\(name): \(latencies.count) alerts, p50 / p95 / longest \(figures) s after the car came; "
                + "\(described) described, \(waiting) wait, \(dropped) given up"
        }
    }

    @Test(
        "a describer that is a hundred times as slow, and a queue that is full, delay no alert",
        .enabled(if: describers != nil, "takes minutes: scripts/long latency"))
    func latency() throws {
        let folder = try ScratchFolder()
        let clip = try CodedClip("yard", in: folder, from: Self.source, size: "640x360", group: 12)
        let cameras = try HostileCameras(longest: 3600)
        let port = try cameras.open("yard", clips: ["main": clip])
        var outcomes: [Outcome] = []
        for describer in [nil] + (describers ?? "").split(separator: ":").map(String.init).map(Optional.some) {
            let outcome = try watch(describer, "rtsp://127.0.0.1:\(port)/yard", began: try cameras.began())
            print(outcome.text)
            outcomes.append(outcome)
        }
        let alone = try #require(outcomes.first)
        for outcome in outcomes.dropFirst() {
            #expect(outcome.latencies.count >= alone.latencies.count * 9 / 10, "\(outcome.name) lost alerts")
            #expect(outcome.quantile(0.95) <= alone.quantile(0.95) + 0.5, "\(outcome.name)")
        }
        // The slow one had more to do than it could.
        #expect(outcomes.last.map { $0.waiting + $0.dropped > 0 } ?? false)
    }

    private func watch(_ describer: String?, _ url: String, began: Double) throws -> Outcome {
        let site = try DaemonSite()
        let model = describer.map { "\nmodels: { describer: \"\($0)\" }" } ?? ""
        try site.configure(
            (1...Self.cameras).map { ("c\($0)", url) }, more: "retention: { clips_gib: 0 }",
            rest: "\(Self.queries)\ndescribe: { tokens_per_hour: \(describer == nil ? 0 : 10_000_000) }\(model)")
        try site.start()
        try site.waitForLog("is ready", seconds: 120)
        // Loading and the first lap are not judged.
        pass(2 * Self.lap)
        let start = Date().timeIntervalSince1970
        pass(Self.seconds)
        let latencies = try site.rows(
            """
            SELECT extract(epoch FROM created_at), extract(epoch FROM started_at) FROM alertd.v_events
            WHERE query = 'car' AND started_at > to_timestamp(\(start)) AND started_at < to_timestamp(\(start + Self.seconds - Self.lap))
            """
        ).map { row in
            let times = row.split(separator: "|").compactMap { Double($0) }
            let lapped = (times[1] - began - Self.carComes + Self.lap / 2) / Self.lap
            return times[0] - (began + lapped.rounded(.down) * Self.lap + Self.carComes)
        }
        let counts =
            try site.rows(
                """
                SELECT count(*) FILTER (WHERE answer IS NOT NULL), count(*) FILTER (WHERE NOT is_final AND dropped IS NULL),
                       count(*) FILTER (WHERE dropped IS NOT NULL) FROM alertd.description
                """
            ).first?.split(separator: "|").compactMap { Int($0) } ?? []
        try #require(!latencies.isEmpty && counts.count == 3, "\(site.log())")
        #expect(try site.stop().outcome.status == 0)
        return Outcome(
            name: describer.map { URL(filePath: $0).lastPathComponent } ?? "none", latencies: latencies.sorted(),
            described: counts[0], waiting: counts[1], dropped: counts[2])
    }
}
