internal import Base
internal import CoreMetrics
internal import Foundation
internal import Logging
internal import Store

/// What is decided for one receiver, and delivered to it in that order.
final class ReceiverLine: Sendable {
    /// A planner with the last change that it has looked at.
    private struct Held {
        var planner: NotificationPlanner
        var lastChange: Int64
        var renewAt: ContinuousClock.Instant
    }

    private static let lease = Duration.seconds(20)
    private static let renewal = Duration.seconds(5)
    private static let batch = 200

    let receiver: any NotificationReceiver
    private let store: EventStore
    private let holder: String
    private let schedule: RetrySchedule
    private let clock: Notifier.Clock
    private let board: DeliveryBoard
    private let delivered, failed: Counter
    private let logger: Logger
    /// One wake is as good as many.
    private let planning = BoundedQueue<Void>(countLimit: 1)
    private let delivering = BoundedQueue<Void>(countLimit: 1)
    /// Nil while another daemon tells the receiver.
    private let held = Locked<Held?>(nil)
    private let isFailing = Locked(false)

    init(
        store: EventStore, receiver: any NotificationReceiver, holder: String, schedule: RetrySchedule,
        clock: Notifier.Clock, board: DeliveryBoard, metrics: any MetricsFactory, logger: Logger
    ) {
        (self.store, self.receiver, self.holder) = (store, receiver, holder)
        (self.schedule, self.clock, self.board, self.logger) = (schedule, clock, board, logger)
        let labels = [("receiver", receiver.name)]
        delivered = Counter(label: "alertd_notify_delivered_total", dimensions: labels, factory: metrics)
        failed = Counter(label: "alertd_notify_failed_total", dimensions: labels, factory: metrics)
    }

    func wake() {
        planning.offer(())
        delivering.offer(())
    }

    func eventsChanged() async {
        planning.offer(())
        await receiver.eventsChanged()
    }

    func finish() {
        planning.finish()
        delivering.finish()
    }

    // Deciding

    func planUntilCancelled() async {
        while !Task.isCancelled, (try? await planning.next()) != nil {
            do throws(StoreError) {
                try await plan()
            } catch {
                // What is in memory may be ahead of, or behind, what is stored.
                held.withLock { $0 = nil }
                if !Task.isCancelled { logger.debug("notify \(receiver.name): deciding waits: \(error)") }
            }
        }
    }

    private func plan() async throws(StoreError) {
        guard var current = try await hold() else { return }
        while true {
            let changes = try await store.readChanges(after: current.lastChange, limit: Self.batch)
            guard let last = changes.last else { break }
            var announcements: [Announcement] = []
            var next = current.planner
            for change in changes {
                let now = clock.now()
                announcements += next.change(
                    of: change.eventID, to: change.event.map(Occurrence.init), isNew: change.change == .open, at: now,
                    minute: clock.minute(now))
            }
            guard try await keep(next, announcements, upTo: last.id, &current) else { return }
        }
        var next = current.planner
        var events: [Int64: Occurrence] = [:]
        for id in next.pendingEvents { events[id] = try await store.event(id).map(Occurrence.init) }
        let now = clock.now()
        let announcements = next.tick(at: now, minute: clock.minute(now)) { events[$0] }
        if !announcements.isEmpty || next != current.planner {
            _ = try await keep(next, announcements, upTo: current.lastChange, &current)
        }
    }

    /// The planner, when this daemon tells the receiver.
    private func hold() async throws(StoreError) -> Held? {
        let now = ContinuousClock.now
        if let known = held.withLock({ $0 }), now < known.renewAt { return known }
        let standing = try await store.holdReceiver(receiver.name, for: holder, Self.lease)
        board.put(standing, of: receiver.name)
        guard let standing else {
            held.withLock { $0 = nil }
            return nil
        }
        let renewAt = now + Self.renewal
        return held.withLock { held in
            if held?.lastChange == standing.lastChange {
                held?.renewAt = renewAt
            } else {
                held = Held(
                    planner: NotificationPlanner(receiver.policy, stored: standing.state),
                    lastChange: standing.lastChange, renewAt: renewAt)
            }
            return held
        }
    }

    /// Stores what was decided; false when another daemon has taken over.
    private func keep(
        _ planner: NotificationPlanner, _ announcements: [Announcement], upTo change: Int64, _ current: inout Held
    ) async throws(StoreError) -> Bool {
        let now = clock.now()
        let notifications = announcements.map { announcement in
            let key = UUID().uuidString.lowercased()
            return NewNotification(
                key: key, kind: announcement.kind.rawValue, incidentID: announcement.incidentID,
                eventIDs: announcement.eventIDs, payload: NotificationBody(announcement, id: key, madeAt: now).json)
        }
        let isKept = try await store.announce(
            notifications, to: receiver.name, upTo: change, state: planner.stored, holder: holder)
        guard isKept else {
            held.withLock { $0 = nil }
            return false
        }
        (current.planner, current.lastChange) = (planner, change)
        held.withLock { [current] in $0 = current }
        if !notifications.isEmpty { delivering.offer(()) }
        return true
    }

    // Delivering

    func deliverUntilCancelled() async {
        while !Task.isCancelled, (try? await delivering.next()) != nil {
            do throws(StoreError) {
                while !Task.isCancelled, try await deliverNext() {}
            } catch {
                if !Task.isCancelled { logger.debug("notify \(receiver.name): delivering waits: \(error)") }
            }
        }
    }

    /// Delivers the first that is due; false when there is none, or it was not taken.
    private func deliverNext() async throws(StoreError) -> Bool {
        guard held.withLock({ $0 != nil }) else { return false }
        guard let record = try await store.nextNotification(for: receiver.name), record.nextTryAt <= clock.now() else {
            return false
        }
        do throws(NotifyError) {
            guard
                let notification = OutgoingNotification(
                    key: record.key, payload: record.payload, madeAt: record.madeAt)
            else { throw .unreadable(key: record.key) }
            try await receiver.deliver(notification)
        } catch {
            if Task.isCancelled { return false }
            return try await note(error, record)
        }
        delivered.increment()
        try await store.markDelivered(record)
        if isFailing.withLock({ was in
            defer { was = false }
            return was
        }) {
            logger.notice("notify \(receiver.name): takes notifications again")
        }
        return true
    }

    /// Notes a failure; true when the notification was given up and the next one may be tried.
    private func note(_ error: NotifyError, _ record: NotificationRecord) async throws(StoreError) -> Bool {
        failed.increment()
        let age = Duration.seconds(clock.now().seconds(since: record.madeAt))
        let wait = schedule.wait(
            afterTry: record.tries + 1, age: age, isTransient: error.isTransient, asked: error.retryAfter,
            chance: Double.random(in: 0..<1))
        let wasFailing = isFailing.withLock { was in
            defer { was = true }
            return was
        }
        if wait == nil {
            logger.error("notify \(receiver.name): notification \(record.key) is given up: \(error)")
        } else if !wasFailing {
            logger.warning("notify \(receiver.name): tried again until it succeeds: \(error)")
        }
        try await store.markFailed(record, because: error.description, retryAfter: wait)
        return wait == nil
    }
}
