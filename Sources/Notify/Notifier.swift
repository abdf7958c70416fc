public import Base
public import CoreMetrics
internal import Foundation
public import Logging
public import Store

/// Tells receivers of events: decides what is worth telling, stores the decisions, and delivers them until they are taken.
///
/// Nothing lives in memory alone: a decision is stored in one transaction with the number of the change it looked at, a
/// delivery ends with its row. So a crash loses nothing, and what is sent twice has the same identifier.
public struct Notifier: Sendable {
    /// How time is read.
    public struct Clock: Sendable {
        /// The time.
        public var now: @Sendable () -> WallTime
        /// The minute of the day by the local clock.
        public var minute: @Sendable (WallTime) -> Int
        /// From one look at what waits for time to the next.
        public var tick: Duration

        /// Gathers the parts.
        public init(
            now: @escaping @Sendable () -> WallTime, minute: @escaping @Sendable (WallTime) -> Int, tick: Duration
        ) {
            (self.now, self.minute, self.tick) = (now, minute, tick)
        }

        /// This machine's clocks, looked at once a second.
        public static let system = Clock(
            now: { WallTime(Date()) },
            minute: { now in
                let parts = Calendar.current.dateComponents([.hour, .minute], from: now.date)
                return (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
            }, tick: .seconds(1))
    }

    private static let retry = Duration.seconds(1)
    private static let givenUpKept = Duration.seconds(30 * 86_400)

    private let store: EventStore
    private let receivers: [any NotificationReceiver]
    private let holder: String
    private let schedule: RetrySchedule
    private let clock: Clock
    private let board: DeliveryBoard
    private let metrics: any MetricsFactory
    private let logger: Logger

    /// A notifier for these receivers. `holder` names this daemon among those that share the database; `board` shows what
    /// waits for those that this daemon tells.
    public init(
        store: EventStore, receivers: [any NotificationReceiver], holder: String,
        schedule: RetrySchedule = RetrySchedule(), clock: Clock = .system, board: DeliveryBoard = DeliveryBoard(),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger
    ) {
        (self.store, self.receivers, self.holder) = (store, receivers, holder)
        (self.schedule, self.clock, self.board) = (schedule, clock, board)
        (self.metrics, self.logger) = (metrics, logger)
    }

    /// Returns when the calling task is cancelled; what waits then is delivered after the next start.
    public func run() async {
        guard await prepare(), !receivers.isEmpty else { return }
        let lines = receivers.map {
            ReceiverLine(
                store: store, receiver: $0, holder: holder, schedule: schedule, clock: clock, board: board,
                metrics: metrics, logger: logger)
        }
        defer { board.clear() }
        await withDiscardingTaskGroup { group in
            for line in lines {
                group.addTask { await line.planUntilCancelled() }
                group.addTask { await line.deliverUntilCancelled() }
                group.addTask { await line.receiver.attend() }
            }
            group.addTask { await self.wake(lines) }
            group.addTask { await self.tick(lines) }
        }
    }

    /// Makes the receivers known, waiting for the database.
    private func prepare() async -> Bool {
        while !Task.isCancelled {
            do throws(StoreError) {
                try await store.setReceivers(receivers.map(\.name))
                return true
            } catch {
                logger.debug("notifications wait: \(error)")
                do { try await ContinuousClock().sleep(for: Self.retry) } catch { break }
            }
        }
        return false
    }

    /// Wakes everybody when events change.
    private func wake(_ lines: [ReceiverLine]) async {
        let feed = store.changes(after: nil)
        while !Task.isCancelled {
            do throws(StoreError) {
                _ = try await feed.next()
                for line in lines { await line.eventsChanged() }
            } catch {
                if Task.isCancelled { return }
                logger.debug("notifications are looked for by the clock alone: \(error)")
                do { try await ContinuousClock().sleep(for: Self.retry) } catch { return }
            }
        }
    }

    private func tick(_ lines: [ReceiverLine]) async {
        var turns = 0
        while !Task.isCancelled {
            for line in lines { line.wake() }
            if turns.isMultiple(of: 3600) { try? await store.forgetGivenUp(olderThan: Self.givenUpKept) }
            turns += 1
            do { try await ContinuousClock().sleep(for: clock.tick) } catch { return }
        }
        for line in lines { line.finish() }
    }
}
