internal import Base
internal import CoreMetrics
internal import Foundation
internal import Logging
internal import NIOCore
internal import Pipeline
internal import Store

/// The changes of events for everybody who follows them: one reader of the table behind NOTIFY, and the latest changes in
/// memory. A client is a number, the last change it was sent: what it needs next is in memory or in the table, so none is
/// lost or sent twice, and a slow client holds nothing up.
final class EventStreams: Sendable {
    /// Changes kept in memory.
    private static let kept = 1024
    private static let batch = 200
    private static let retry = Duration.seconds(1)
    /// A sign of life comes this often.
    private static let tick = Duration.seconds(15)
    /// What is being written is shown this often at most.
    private static let draftPace = Duration.milliseconds(150)

    /// A change as it is sent.
    struct Message: Sendable {
        let id: Int64
        /// The event's camera; nil when the event is gone.
        let camera: String?
        let bytes: ByteBuffer
    }

    /// What a client gets next.
    enum Next: Sendable {
        case messages([Message])
        /// What it needs is in the table; from the change numbered `floor` on, in memory.
        case behind(floor: Int64)
        /// There is nothing newer.
        case nothing
        /// Its last change is newer than all there are: it followed another database.
        case ahead(newest: Int64)
        /// The service stops.
        case ended
    }

    /// Somebody who follows; whoever drops it does so no longer.
    final class Client: Sendable {
        /// Holds something when there may be something to send; ended with the service.
        let wake = BoundedQueue<Bool>(countLimit: 1)
        /// Whether it is shown descriptions while they are written.
        let wantsDrafts: Bool
        private let leave: @Sendable () -> Void

        fileprivate init(wantsDrafts: Bool, leave: @escaping @Sendable () -> Void) {
            (self.wantsDrafts, self.leave) = (wantsDrafts, leave)
        }

        deinit { leave() }
    }

    /// What is known of a client here: holding it would keep it following.
    private struct Follower {
        let wake: BoundedQueue<Bool>
        let wantsDrafts: Bool
    }

    private struct State {
        var messages: [Message] = []
        /// Every change with a higher number is in `messages`.
        var floor: Int64?
        var followers: [Int: Follower] = [:]
        var lastFollower = 0
        var isFinished = false
    }

    private let store: EventStore
    private let drafts: DescriptionDrafts
    private let metrics: MetricRegistry
    private let latency: CoreMetrics.Timer
    private let logger: Logger
    private let state = Locked(State())

    init(store: EventStore, drafts: DescriptionDrafts, metrics: MetricRegistry, logger: Logger) {
        self.drafts = drafts
        self.metrics = metrics
        latency = CoreMetrics.Timer(label: "alertd_alert_latency_seconds", factory: metrics)
        self.store = store
        self.logger = logger
    }

    /// Clients that follow.
    var count: Int { state.withLock { $0.followers.count } }

    /// The number of the newest change; nil before the table was read.
    var newest: Int64? { state.withLock { $0.messages.last?.id ?? $0.floor } }

    /// Follows the table until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.follow() }
            group.addTask {
                while !Task.isCancelled {
                    do { try await ContinuousClock().sleep(for: Self.tick) } catch { return }
                    self.wake()
                }
            }
            group.addTask {
                while !Task.isCancelled, (try? await self.drafts.changed.next()) != nil {
                    self.wake { $0.wantsDrafts }
                    try? await ContinuousClock().sleep(for: Self.draftPace)
                }
            }
        }
    }

    /// Lets every client go.
    func finish() {
        let followers = state.withLock { state in
            state.isFinished = true
            return Array(state.followers.values)
        }
        for follower in followers { follower.wake.finish() }
    }

    /// A new client; nil when the service stops.
    func enter(wantsDrafts: Bool) -> Client? {
        let key = state.withLock { state in
            state.lastFollower += 1
            return state.lastFollower
        }
        let client = Client(wantsDrafts: wantsDrafts) { [weak self] in self?.leave(key) }
        let isTaken = state.withLock { state in
            if !state.isFinished { state.followers[key] = Follower(wake: client.wake, wantsDrafts: wantsDrafts) }
            return !state.isFinished
        }
        return isTaken ? client : nil
    }

    private func leave(_ key: Int) { state.withLock { $0.followers[key] = nil } }

    /// What has been written since the draft numbered `version` was.
    func drafts(after version: Int) -> [DescriptionDrafts.Draft] { drafts.changes(after: version) }

    /// What comes after the change numbered `last`.
    func next(after last: Int64) -> Next {
        state.withLock { state in
            if state.isFinished { return .ended }
            guard let floor = state.floor else { return .nothing }
            let newest = state.messages.last?.id ?? floor
            if last > newest { return .ahead(newest: newest) }
            if last < floor { return .behind(floor: floor) }
            // Numbers rise, so the first one behind `last` is found by halving.
            var (low, high) = (0, state.messages.count)
            while low < high {
                let middle = (low + high) / 2
                if state.messages[middle].id <= last { low = middle + 1 } else { high = middle }
            }
            let found = state.messages[low...].prefix(Self.batch)
            return found.isEmpty ? .nothing : .messages(Array(found))
        }
    }

    /// The same from the table.
    func read(after last: Int64) async throws -> [Message] {
        try await messages(try await store.readChanges(after: last, limit: Self.batch))
    }

    private func follow() async {
        let feed = store.changes(after: nil)
        while !Task.isCancelled {
            do {
                let last = try await feed.start()
                state.withLock { state in
                    if state.floor == nil { state.floor = last }
                }
                while true {
                    let changes = try await feed.next()
                    count(changes)
                    let new = try await messages(changes)
                    append(new)
                    wake()
                }
            } catch {
                if Task.isCancelled { return }
                logger.debug("changes of events are followed later: \(error)")
                try? await ContinuousClock().sleep(for: Self.retry)
            }
        }
    }

    private func append(_ new: [Message]) {
        state.withLock { state in
            state.messages += new
            let excess = state.messages.count - Self.kept
            guard excess > 0 else { return }
            state.floor = state.messages[excess - 1].id
            state.messages.removeFirst(excess)
        }
    }

    private func count(_ changes: [EventChange]) {
        for change in changes where change.change == .open {
            guard let event = change.event else { continue }
            let labels = [("camera", event.camera), ("kind", event.kind)]
            Counter(label: "alertd_events_total", dimensions: labels, factory: metrics).increment()
            // A recording's times are not those of its ingest.
            if event.clock != .file {
                latency.recordSeconds(max(0, change.committedAt.seconds(since: event.during.end)))
            }
        }
    }

    private func wake(_ isMeant: (Follower) -> Bool = { _ in true }) {
        for follower in state.withLock({ Array($0.followers.values) }) where isMeant(follower) {
            follower.wake.offer(true)
        }
    }

    private func messages(_ changes: [EventChange]) async throws -> [Message] {
        let pictured = (try? await store.eventsWithThumbnail(changes.map(\.eventID))) ?? []
        return try changes.map { change in
            let line = StreamLine(change: change, hasThumbnail: pictured.contains(change.eventID))
            let text = "id: \(change.id)\nevent: change\ndata: \(try JSONLine.text(line))\n\n"
            return Message(id: change.id, camera: change.event?.camera, bytes: ByteBuffer(string: text))
        }
    }
}

/// A change with its event as lists show it.
private struct StreamLine: Encodable {
    let change: EventChange
    let hasThumbnail: Bool

    private enum Key: String, CodingKey { case event }

    func encode(to encoder: any Encoder) throws {
        try ChangeLine(change).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(
            change.event.map { EventEntry(event: $0, hasThumbnail: hasThumbnail) }, forKey: .event)
    }
}
