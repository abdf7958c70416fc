internal import Base

/// A node's line to the others: asks for leases, and hears when one becomes free.
///
/// A connection and a thread of its own, with short deadlines: a server that does not answer must not hold up what the node
/// does next. One caller at a time.
public actor CameraLeases {
    private let executor = ThreadExecutor(name: "store-lease")
    private let store: EventStore
    private let limits: PostgresSession.Limits
    private var session: PostgresSession?

    /// Runs on a thread of its own.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ store: EventStore) {
        self.store = store
        var limits = PostgresSession.Limits()
        (limits.connect, limits.statement) = (.seconds(3), .seconds(3))
        self.limits = limits
    }

    /// Asks. Throws ``StoreError/unavailable(what:address:why:)`` when the database is away: what is held stays held until
    /// the database says otherwise.
    public func ask(_ request: LeaseRequest) throws(StoreError) -> LeaseAnswer {
        do throws(StoreError) {
            return try EventStore.leaseRound(request, try openSession())
        } catch {
            session = nil
            throw error
        }
    }

    /// Waits until another node lets something go, at most `time`; returns whether one did.
    public func waitForRelease(atMost time: Duration) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try openSession().awaitNotification("wait for leases", atMost: time)
        } catch {
            session = nil
            throw error
        }
    }

    /// Ends the connection.
    public func close() { session = nil }

    private func openSession() throws(StoreError) -> PostgresSession {
        if let session { return session }
        let opened = try PostgresSession(address: store.address, limits: limits)
        try opened.script("wait for leases", "LISTEN alertd_lease")
        session = opened
        return opened
    }
}

extension EventStore {
    /// A node's line to the others.
    public func cameraLeases() -> CameraLeases { CameraLeases(self) }
}
