internal import Base

/// Follows the changes of events while they are committed, and misses none: NOTIFY wakes it, what it reads is the table
/// behind, from the number where it stopped, also after the database was away.
///
/// ```swift
/// let feed = store.changes(after: nil)
/// while true {
///     for change in try await feed.next() { … }
/// }
/// ```
///
/// A connection and a thread of its own, because a session that listens is woken between statements. One caller at a
/// time.
public actor EventFeed {
    /// Most changes that are read at once.
    private static let batch: Int64 = 500
    /// After this long without a message the table is read all the same, which also notices a server that is gone.
    private static let longestSilence = Duration.seconds(30)

    private let executor = ThreadExecutor(name: "store-feed")
    private let store: EventStore
    private let wake = WakeSignal()
    private var last: Int64?
    private var session: PostgresSession?
    private var wasLost = false

    /// Runs on the feed's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ store: EventStore, after last: Int64?) {
        self.store = store
        self.last = last
    }

    /// Connects and fixes the point from which changes are given; ``next()`` does so too when it was not done. Returns
    /// the number of the last change that is not given any more. Throws like ``next()``.
    @discardableResult
    public nonisolated func start() async throws(StoreError) -> Int64 {
        try await cancellable { feed throws(StoreError) in
            _ = try feed.openSession()
            return feed.last ?? 0
        }
    }

    /// The next changes, at least one, in the order of their commits; waits for them. Throws
    /// ``StoreError/unavailable(what:address:why:)`` when the database is away: called again it goes on from where it
    /// was. After the calling task was cancelled the feed is done and throws ``StoreError/cancelled(what:)``.
    public nonisolated func next() async throws(StoreError) -> [EventChange] {
        try await cancellable { feed throws(StoreError) in try feed.awaitChanges() }
    }

    private nonisolated func cancellable<R: Sendable>(
        _ body: @Sendable (isolated EventFeed) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        // A private cluster's server that died is started again; a server of yours comes back by itself.
        if await wasLost { try? await store.reviveCluster() }
        let result = await withTaskCancellationHandler {
            await self.perform(body)
        } onCancel: {
            wake.raise()
        }
        return try result.get()
    }

    private func perform<R: Sendable>(
        _ body: @Sendable (isolated EventFeed) throws(StoreError) -> R
    ) -> Result<R, StoreError> {
        do throws(StoreError) {
            return .success(try body(self))
        } catch {
            (session, wasLost) = (nil, true)
            return .failure(error)
        }
    }

    private func awaitChanges() throws(StoreError) -> [EventChange] {
        let session = try openSession()
        while true {
            let changes = try read(session)
            if let newest = changes.last {
                last = newest.id
                return changes
            }
            _ = try session.awaitNotification("follow events", atMost: Self.longestSilence)
        }
    }

    private func openSession() throws(StoreError) -> PostgresSession {
        if let session { return session }
        let opened = try PostgresSession(address: store.address, limits: .init(), wake: wake)
        // First listen, then look: what is committed in between is seen twice and never missed.
        try opened.script("follow events", "LISTEN alertd_event")
        if last == nil {
            let newest = "SELECT coalesce(max(id), 0) AS id FROM alertd.outbox"
            last = try opened.query("follow events", newest).only().integer("id")
        }
        (session, wasLost) = (opened, false)
        return opened
    }

    private func read(_ session: PostgresSession) throws(StoreError) -> [EventChange] {
        try EventStore.readChanges(session, after: last ?? 0, limit: Self.batch)
    }
}

extension EventStore {
    /// The changes of events after the one numbered `last`; nil means from now on.
    public func changes(after last: Int64?) -> EventFeed { EventFeed(self, after: last) }

    /// The changes that are there after the one numbered `last`, at most `limit`, in the order of their commits.
    public func readChanges(after last: Int64, limit: Int) async throws(StoreError) -> [EventChange] {
        try await reader.run("read changes of events") { session throws(StoreError) in
            try Self.readChanges(session, after: last, limit: Int64(max(0, limit)))
        }
    }

    static func readChanges(
        _ session: PostgresSession, after last: Int64, limit: Int64
    ) throws(StoreError) -> [EventChange] {
        try session.query(
            "follow events",
            """
            SELECT o.id AS change_id, o.event_id, o.kind AS change_kind, o.change, o.committed_at, e.*
            FROM alertd.outbox o
                 LEFT JOIN LATERAL (
                     SELECT \(eventColumns) FROM alertd.v_events WHERE id = o.event_id
                 ) AS e ON true
            WHERE o.id > $1 ORDER BY o.id LIMIT $2
            """, [.integer(last), .integer(limit)]
        ).map(EventChange.init)
    }
}
