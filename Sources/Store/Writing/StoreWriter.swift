internal import Base
public import Logging

/// The one place through which a running daemon writes: takes changes at once, stores them in order in batches, and keeps
/// trying while the database is away.
public final class StoreWriter: Sendable {
    /// How the writing stands.
    public struct Status: Sendable, Equatable {
        /// Changes that wait.
        public var waiting = 0
        /// Samples of scores that were given up because the database was away for too long.
        public var droppedSamples = 0
        /// Changes that PostgreSQL refused for good; each was logged.
        public var refused = 0
        /// Why the database cannot be written to; nil while it can.
        public var failure: StoreError?
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
    private let state = Locked(State())
    private let wake = BoundedQueue<Bool>(countLimit: 1)

    /// A writer into `store`.
    public init(store: EventStore, logger: Logger) {
        self.store = store
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
        state.withLock { $0.queue.append(write) }
        wake.offer(true)
    }

    /// No more changes will come: ``run()`` returns when what waits is stored.
    public func finish() {
        state.withLock { $0.isFinished = true }
        wake.offer(true)
    }

    /// Stores what comes until ``finish()`` and everything is stored, or until the task is cancelled.
    public func run() async {
        var wait = Self.shortestWait
        while !Task.isCancelled {
            do throws(StoreError) {
                try await verify()
                while try await storeBatch() {}
                noteSuccess()
                wait = Self.shortestWait
                if state.withLock({ $0.isFinished && $0.queue.count == 0 }) { return }
                _ = try? await wake.next()
            } catch {
                noteFailure(error)
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
    private func storeBatch() async throws(StoreError) -> Bool {
        let batch = state.withLock { $0.queue.head(Self.batch) }
        if batch.isEmpty { return false }
        do throws(StoreError) {
            try await write(batch.map(\.write))
        } catch {
            guard Self.isAboutTheRows(error) else { throw error }
            try await storeApart(batch.map(\.write))
        }
        state.withLock { $0.queue.remove(batch) }
        return true
    }

    private func write(_ writes: [StoreWrite]) async throws(StoreError) {
        for case .scores(let samples, let camera) in writes {
            try await store.ensureDays(.score, of: camera, samples.map(\.at))
        }
        try await store.writer.withTransaction("store changes") { session throws(StoreError) in
            for write in writes { try write.apply(session) }
        }
    }

    /// One by one, so that a change that PostgreSQL refuses does not keep the others from being stored.
    private func storeApart(_ writes: [StoreWrite]) async throws(StoreError) {
        for one in writes {
            do throws(StoreError) {
                try await write([one])
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
