import Base

/// A database connection on a thread of its own: opened on first use, opened again after it was lost.
///
/// Work is given as one synchronous body, so that statements of two callers never interleave inside a transaction.
/// Cancelling the calling task cancels the running statement on the server.
package actor DatabaseConnection {
    private let executor: ThreadExecutor
    private let limits: PostgresSession.Limits
    private var session: PostgresSession?
    private nonisolated let inFlight = Locked(InFlight())

    /// Where the connection goes.
    package nonisolated let address: DatabaseAddress

    /// Runs on the connection's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A connection to `address`; nothing is opened yet.
    package init(address: DatabaseAddress, limits: PostgresSession.Limits = .init(), threadName: String = "database") {
        self.address = address
        self.limits = limits
        executor = ThreadExecutor(name: threadName)
    }

    /// Runs `body` with the open session. `purpose` completes the sentence "cannot …" in errors.
    package nonisolated func run<R: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable (PostgresSession) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        let ticket = inFlight.withLock { $0.makeTicket() }
        let result = await withTaskCancellationHandler {
            await self.perform(ticket, purpose, body)
        } onCancel: {
            inFlight.withLock { $0.cancel(ticket) }
        }
        inFlight.withLock { $0.forget(ticket) }
        return try result.get()
    }

    /// Runs `body` in one transaction.
    package nonisolated func withTransaction<R: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable (PostgresSession) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await run(purpose) { session throws(StoreError) in
            try session.transaction(purpose) { () throws(StoreError) in try body(session) }
        }
    }

    /// Ends the connection; the next use opens another.
    package func close() { session = nil }

    private func perform<R: Sendable>(
        _ ticket: Int, _ purpose: String, _ body: (PostgresSession) throws(StoreError) -> R
    ) -> Result<R, StoreError> {
        do throws(StoreError) {
            let session = try openSession()
            let handle = session.makeCancelHandle()
            guard inFlight.withLock({ $0.begin(ticket, handle) }), !Task.isCancelled else {
                inFlight.withLock { $0.end() }
                throw .cancelled(what: purpose)
            }
            defer { inFlight.withLock { $0.end() } }
            return .success(try body(session))
        } catch {
            return .failure(error)
        }
    }

    private func openSession() throws(StoreError) -> PostgresSession {
        if let session, session.isUsable { return session }
        session = nil
        let opened = try PostgresSession(address: address, limits: limits)
        session = opened
        return opened
    }
}

/// Which call is running, so that a cancellation reaches its own statement and no other.
private struct InFlight {
    private var lastTicket = 0
    private var running: (ticket: Int, handle: CancelHandle?)?
    private var cancelled: Set<Int> = []

    mutating func makeTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    /// False when the call was cancelled before it began.
    mutating func begin(_ ticket: Int, _ handle: CancelHandle?) -> Bool {
        running = (ticket, handle)
        return cancelled.remove(ticket) == nil
    }

    mutating func cancel(_ ticket: Int) {
        guard let running, running.ticket == ticket else {
            cancelled.insert(ticket)
            return
        }
        // Under the lock, so that the next statement cannot begin before the server has taken the request.
        running.handle?.cancel()
    }

    mutating func end() { running = nil }

    mutating func forget(_ ticket: Int) { cancelled.remove(ticket) }
}
