import Base
import Foundation
import Logging
import Notify
import Outbound
import Store
import TestSupport
import Testing

/// A database of its own, with a notifier that runs while a test works.
struct NotifySite {
    let store: EventStore
    let url: String
    /// What the times of events count from.
    private let began = WallTime(Date())
    /// Waits of hundredths of a second instead of seconds.
    static let schedule = RetrySchedule(first: .milliseconds(20), longest: .milliseconds(100))
    static let clock = Notifier.Clock(
        now: { WallTime(Date()) }, minute: Notifier.Clock.system.minute, tick: .milliseconds(50))

    init() async throws {
        url = try TemporaryPostgres.server().makeDatabase()
        store = try await EventStore.connect(.url(url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await store.migrate()
    }

    /// Runs `body` beside a notifier for `receivers`, which has begun to work.
    func notifying(
        _ receivers: [any NotificationReceiver], schedule: RetrySchedule = NotifySite.schedule,
        as holder: String = "test",
        _ body: () async throws -> Void
    ) async throws {
        let notifier = Notifier(
            store: store, receivers: receivers, holder: holder, schedule: schedule, clock: Self.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await notifier.run() }
            try await eventually { try await store.receivers().map(\.name).sorted() == receivers.map(\.name).sorted() }
            try await body()
            group.cancelAll()
        }
    }

    /// Writes an event of a live camera; `end` nil leaves it open.
    func write(
        _ key: String, query: String, camera: String = "gate", at start: Double, to end: Double? = nil,
        words: String? = nil
    ) async throws {
        let begin = began.advanced(bySeconds: start)
        let event = Event(
            camera: try #require(CameraID(camera)), source: .query(name: query, text: "a \(query)"),
            during: TimeSpan(start: begin, end: begin.advanced(bySeconds: (end ?? start + 1) - start)), startError: 1,
            endError: 1, isOpen: end == nil, score: 0.9, anomalyScore: nil, box: nil, clock: .arrival)
        try await store.record([EventWrite(event: event, description: words, idempotencyKey: key)])
    }

    /// Waits until nothing waits for anybody.
    func settle() async throws {
        let newest = "SELECT coalesce(max(id), 0) FROM alertd.outbox"
        let last = try TemporaryPostgres.server().psql(newest, on: url).trimmingCharacters(in: .whitespacesAndNewlines)
        try await eventually {
            try await store.receivers().allSatisfy { $0.waiting == 0 && $0.lastChange >= Int64(last) ?? 0 }
        }
    }
}

/// Waits until `condition` holds, for at most 20 seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await ContinuousClock().sleep(for: .milliseconds(20))
    }
    #expect(try await condition(), "not so after 20 seconds")
}
