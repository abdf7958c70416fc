internal import Base
public import CoreMetrics
public import Logging

/// The one place through which a running daemon writes: takes changes at once, puts them into the spool, stores them in
/// batches, and keeps trying while the database is away.
///
/// Without a spool, and while its disk is full, changes wait in memory.
public final class StoreWriter: Sendable {
    /// How the writing stands.
    public struct Status: Sendable, Equatable {
        /// Changes that wait in memory.
        public var waiting = 0
        /// Samples of scores that were given up because the database was away for too long.
        public var droppedSamples = 0
        /// Changes that PostgreSQL refused for good; each was logged.
        public var refused = 0
        /// Why the database cannot be written to; nil while it can.
        public var failure: StoreError?
        /// Why the spool cannot be written to, so that what waits would be lost with the process; nil while it can.
        public var spoolFailure: StoreError?
        /// Whether the database has answered with the right schema since the start.
        public var isVerified = false
    }

    private struct State {
        var queue = WriteQueue(sampleLimit: 500_000)
        var status = Status()
        var isFinished = false
    }

    private static let batch = 256
    private static let shortestWait = Duration.milliseconds(200)
    private static let longestWait = Duration.seconds(5)

    private let store: EventStore
    private let logger: Logger
    private let transactions: CoreMetrics.Timer
    private let state = Locked(State())
    /// Says that something was enqueued.
    private let wake = BoundedQueue<Bool>(countLimit: 1)
    /// Says that something is ready to be stored.
    private let ready = BoundedQueue<Bool>(countLimit: 1)

    /// Where changes wait on the disk, if anywhere.
    public let spool: Spool?

    private let leases: LeaseBook?

    /// A writer into `store` by way of `spool`. Transactions are measured into `metrics`, as `alertd_db_write_seconds`. Where
    /// several nodes share the database, changes are stamped with this one's `leases`.
    public init(
        store: EventStore, spool: Spool? = nil, leases: LeaseBook? = nil,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger
    ) {
        transactions = CoreMetrics.Timer(label: "alertd_db_write_seconds", factory: metrics)
        self.store = store
        self.spool = spool
        self.leases = leases
        self.logger = logger
    }

    /// How the writing stands.
    public var status: Status {
        state.withLock { state in
            var status = state.status
            status.waiting = state.queue.count
            status.droppedSamples = state.queue.droppedSamples
            return status
        }
    }

    /// Takes a change; never waits.
    public func enqueue(_ write: StoreWrite) {
        let write = leases?.stamped(write) ?? write
        state.withLock { $0.queue.append(write) }
        wake.offer(true)
        if spool == nil { ready.offer(true) }
    }

    /// No more changes will come: ``run()`` returns when what waits is stored.
    public func finish() {
        state.withLock { $0.isFinished = true }
        wake.offer(true)
        ready.offer(true)
    }

    /// Stores what comes until ``finish()`` and everything is stored, or the database is away and everything is in the
    /// spool, or the task is cancelled; from the spool the next process goes on.
    public func run() async {
        guard let spool else { return await storeAll(nil) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.spoolAll(spool) }
            group.addTask { await self.storeAll(spool) }
        }
        // After a cancellation: what came last.
        try? await spool.append(state.withLock { $0.queue.head(.max) }.map(\.write))
        try? await spool.close()
    }

    /// Moves what comes from memory into the spool, whatever the database does meanwhile.
    private func spoolAll(_ spool: Spool) async {
        while !Task.isCancelled {
            let (batch, isFinished) = state.withLock { ($0.queue.head(1024), $0.isFinished) }
            if batch.isEmpty {
                ready.offer(true)
                if isFinished { return }
                _ = try? await wake.next()
                continue
            }
            do throws(StoreError) {
                try await spool.append(batch.map(\.write))
                state.withLock { state in
                    state.queue.remove(batch)
                    state.status.spoolFailure = nil
                }
                ready.offer(true)
            } catch {
                let isNew = state.withLock { state in
                    defer { state.status.spoolFailure = error }
                    return state.status.spoolFailure != error
                }
                if isNew { logger.error("what waits for the database is in memory only: \(error)") }
                ready.offer(true)
                try? await ContinuousClock().sleep(for: Self.shortestWait)
            }
        }
    }

    /// Stores what is ready until everything is stored and no more comes.
    private func storeAll(_ spool: Spool?) async {
        var wait = Self.shortestWait
        while !Task.isCancelled {
            do throws(StoreError) {
                try await verify()
                while try await storeBatch(spool) {}
                noteSuccess()
                wait = Self.shortestWait
                let isLast = state.withLock { $0.isFinished && $0.queue.count == 0 }
                if isLast, await spool?.isEmpty ?? true { return }
                _ = try? await ready.next()
            } catch {
                noteFailure(error)
                // All is on the disk: the next process goes on from there.
                if spool != nil, state.withLock({ $0.isFinished && $0.queue.count == 0 }) { return }
                try? await store.reviveCluster()
                try? await ContinuousClock().sleep(for: wait)
                wait = min(wait * 2, Self.longestWait)
            }
        }
    }

    private func verify() async throws(StoreError) {
        if state.withLock({ $0.status.isVerified }) { return }
        try await store.requireCurrentSchema()
        state.withLock { $0.status.isVerified = true }
    }

    /// Stores the oldest changes in one transaction; false when there were none.
    private func storeBatch(_ spool: Spool?) async throws(StoreError) -> Bool {
        if let spool {
            if let head = try await spool.head(Self.batch) {
                try await write(head.writes)
                await spool.acknowledge(head)
                return true
            }
            // What the spool cannot take is stored from memory.
            guard state.withLock({ $0.status.spoolFailure != nil }) else { return false }
        }
        let batch = state.withLock { $0.queue.head(Self.batch) }
        if batch.isEmpty { return false }
        try await write(batch.map(\.write))
        state.withLock { $0.queue.remove(batch) }
        return true
    }

    private func write(_ writes: [StoreWrite]) async throws(StoreError) {
        do throws(StoreError) {
            let begin = ContinuousClock.now
            try await store.write(writes)
            transactions.recordSeconds((ContinuousClock.now - begin) / .seconds(1))
        } catch {
            guard Self.isAboutTheRows(error) else { throw error }
            try await storeApart(writes)
        }
    }

    /// One by one, so that a change that PostgreSQL refuses does not keep the others from being stored.
    private func storeApart(_ writes: [StoreWrite]) async throws(StoreError) {
        for one in writes {
            do throws(StoreError) {
                try await store.write([one])
            } catch {
                guard Self.isAboutTheRows(error) else { throw error }
                state.withLock { $0.status.refused += 1 }
                logger.error("PostgreSQL refused a change, which is lost: \(error)")
            }
        }
    }

    /// Whether repeating the same rows would fail for ever.
    private static func isAboutTheRows(_ error: StoreError) -> Bool {
        switch error {
        case .constraint, .invalidValue, .unexpectedResult: true
        // Class 22 is data exceptions, 23 integrity (PostgreSQL manual, appendix A).
        case .query(_, let sqlState, _): sqlState.hasPrefix("22") || sqlState.hasPrefix("23")
        default: false
        }
    }

    private func noteSuccess() {
        let recovered = state.withLock { state in
            defer { state.status.failure = nil }
            return state.status.failure != nil
        }
        if recovered { logger.notice("the database answers again; everything that waited is stored") }
    }

    private func noteFailure(_ error: StoreError) {
        let isNew = state.withLock { state in
            defer { state.status.failure = error }
            return state.status.failure != error
        }
        if isNew { logger.warning("events wait until the database can be written to: \(error)") }
    }
}
