import Base
import Foundation
import Logging
import Store

/// From `enqueue` of an event to the moment another connection sees its row, while curves are being written all the time.
struct DecisionLatency {
    let store: EventStore
    let state: String
    let logger: Logger

    private static let events = 300

    func run() async throws {
        guard let camera = CameraID("gate"), let busy = CameraID("busy") else { return }
        let spool = try await Spool.open(stateDirectory: state)
        let writer = StoreWriter(store: store, spool: spool, logger: logger)
        let load = try await EventStore.open(.embedded(stateDirectory: state), logger: logger)
        let start = WallTime(microseconds: 1_777_852_800_000_000)
        let milliseconds = try await withThrowingTaskGroup(of: [Double].self) { group in
            group.addTask {
                await writer.run()
                return []
            }
            group.addTask {
                var second = 0.0
                while !Task.isCancelled {
                    let samples = (0..<5000).map {
                        ScoreSample(
                            lane: "anomaly:normality", at: start.advanced(bySeconds: second + Double($0) / 100),
                            value: 1)
                    }
                    second += 50
                    do { try await load.recordScores(samples, camera: busy) } catch StoreError.cancelled { break }
                }
                return []
            }
            var found: [Double] = []
            for index in 0..<Self.events {
                let begin = start.advanced(bySeconds: Double(index) * 10)
                let event = Event(
                    camera: camera, source: .anomaly(lane: "normality"),
                    during: TimeSpan(start: begin, end: begin.advanced(bySeconds: 5)), startError: 1, endError: 1,
                    isOpen: false, score: 1, anomalyScore: nil, box: nil, clock: .camera)
                let decided = ContinuousClock.now
                writer.enqueue(.event(EventWrite(event: event, description: "Seen.", idempotencyKey: "\(index)")))
                let filter = EventFilter(camera: camera, since: begin, until: begin.advanced(bySeconds: 1), limit: 1)
                while try await store.listEvents(filter).isEmpty {}
                found.append((ContinuousClock.now - decided) / .milliseconds(1))
                try await Task.sleep(for: .milliseconds(20))
            }
            writer.finish()
            group.cancelAll()
            return found
        }
        await load.close()
        let sorted = milliseconds.sorted()
        StoreBench.say(
            "decision_to_visible_row",
            [
                ("events", Double(sorted.count)), ("p50_ms", sorted[sorted.count / 2]),
                ("p95_ms", sorted[sorted.count * 95 / 100]), ("worst_ms", sorted[sorted.count - 1]),
            ])
    }
}
