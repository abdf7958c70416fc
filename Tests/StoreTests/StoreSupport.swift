import Base
import Foundation
import Logging
import Store
import TestSupport
import Testing

/// A store in a database of its own, with the current schema.
func makeStore() async throws -> (store: EventStore, url: String) {
    let url = try TemporaryPostgres.server().makeDatabase()
    let store = try await EventStore.connect(.url(url), logger: quiet)
    try await store.migrate()
    return (store, url)
}

/// Logs nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A camera's name, known to be good.
func camera(_ name: String = "gate") throws -> CameraID { try #require(CameraID(name)) }

/// The moment `seconds` after 2026-05-01T12:00:00Z.
func moment(_ seconds: Double) -> WallTime {
    WallTime(microseconds: 1_777_636_800_000_000).advanced(bySeconds: seconds)
}

/// A closed query event from second `start` to second `end`.
func event(
    _ start: Double, _ end: Double, query: String = "person", score: Double = 0.5, isOpen: Bool = false,
    camera name: String = "gate"
) throws -> Event {
    Event(
        camera: try camera(name), source: .query(name: query, text: "a \(query)"),
        during: TimeSpan(start: moment(start), end: moment(end)), startError: 1, endError: 2, isOpen: isOpen,
        score: score, anomalyScore: nil, box: Box(left: 0.1, top: 0.2, right: 0.3, bottom: 0.4), clock: .file)
}

/// The same with its key and words.
func write(_ event: Event, key: String, words: String? = nil) -> EventWrite {
    EventWrite(event: event, description: words, idempotencyKey: key)
}

/// A directory of its own for one test; removed by `remove()`.
struct TemporaryDirectory {
    let path: String

    init(_ name: String = "state") { path = "/tmp/alertd-\(name)-\(UInt32.random(in: 0 ... .max))" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// The error that `body` throws, if it is one of the store's.
func storeError(_ body: () async throws -> Void) async -> StoreError? {
    do {
        try await body()
        return nil
    } catch { return error as? StoreError }
}
