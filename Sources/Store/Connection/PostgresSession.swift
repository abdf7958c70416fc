import Base
import CPostgres
import Glibc

/// One open connection, used synchronously on the thread that owns it; every wait has a deadline.
package final class PostgresSession {
    /// How long things may take.
    package struct Limits: Sendable {
        /// To connect, in all.
        package var connect: Duration = .seconds(10)
        /// Between sending a statement and its result.
        package var statement: Duration = .seconds(60)

        package init() {}
    }

    let handle: OpaquePointer
    let limits: Limits
    private let wake: WakeSignal?
    private var statementNames: [String: String] = [:]
    private var isInTransaction = false

    /// Where the connection goes.
    package let address: DatabaseAddress

    /// Connects to `address`. Throws ``StoreError/unavailable(what:address:why:)``.
    package convenience init(address: DatabaseAddress, limits: Limits = Limits()) throws(StoreError) {
        try self.init(address: address, limits: limits, wake: nil)
    }

    /// The same, with waits that throw ``StoreError/cancelled(what:)`` once `wake` is raised; the session is of no use
    /// after that.
    init(address: DatabaseAddress, limits: Limits, wake: WakeSignal?) throws(StoreError) {
        // Keywords before dbname are defaults that the address may override; those after it override the address.
        let keywords = ["tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding"]
        let values = ["15000", "alertd", address.text, "UTF8"]
        guard
            let handle = withCStrings(
                keywords, { keywords in withCStrings(values) { PQconnectStartParams(keywords, $0, 1) } })
        else { throw .unavailable(what: "connect", address: address.description, why: "out of memory") }
        self.handle = handle
        self.address = address
        self.limits = limits
        self.wake = wake
        try finishConnecting()
        guard PQsetnonblocking(handle, 1) == 0 else { throw unavailable("connect") }
        guard PQserverVersion(handle) >= 150_000 else {
            let found = PQparameterStatus(handle, "server_version").map { String(cString: $0) }
            throw .unsupportedServer(found: found ?? "\(PQserverVersion(handle))", needed: "15")
        }
        try script("set the session up", "SET TimeZone = 'UTC'; SET statement_timeout = \(statementMilliseconds)")
        if let node = address.node {
            // A transaction of a node that hangs, or whose machine is gone, must not keep the others from writing.
            try script(
                "set the session up",
                """
                SET idle_in_transaction_session_timeout = 5000; SET tcp_keepalives_idle = 5;
                SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3
                """)
            _ = try query("set the session up", "SELECT set_config('alertd.node', $1, false)", [.text(node)])
        }
    }

    deinit { PQfinish(handle) }

    /// Whether the connection can still be used, as far as this side can tell without asking the server.
    package var isUsable: Bool {
        guard PQstatus(handle) == CONNECTION_OK, PQpipelineStatus(handle) == PQ_PIPELINE_OFF, !isInTransaction else {
            return false
        }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // Between statements a server has nothing to say but that it ends the connection.
        return poll(&descriptor, 1, 0) == 0
    }

    /// Process number of the server's side.
    package var serverProcess: Int32 { PQbackendPID(handle) }

    /// The server's version as it writes it.
    package var serverVersion: String {
        PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? "unknown"
    }

    /// A handle with which another thread may cancel the running statement.
    package func makeCancelHandle() -> CancelHandle? { PQgetCancel(handle).map { CancelHandle($0) } }

    /// Runs one statement, prepared on first use. `purpose` completes the sentence "cannot …" in errors.
    package func query(_ purpose: String, _ sql: String, _ parameters: [SQLValue] = []) throws(StoreError) -> Rows {
        let name = try prepare(purpose, sql, parameters)
        guard send(name, parameters) else { throw unavailable(purpose) }
        return try Rows(awaitResult(purpose), purpose: purpose)
    }

    /// Runs several statements without parameters, as one transaction unless they say otherwise.
    package func script(_ purpose: String, _ sql: String) throws(StoreError) {
        guard PQsendQuery(handle, sql) == 1 else { throw unavailable(purpose) }
        PQclear(try awaitResult(purpose))
    }

    /// Runs `body` between BEGIN and COMMIT; whatever it throws rolls everything back.
    package func transaction<R>(
        _ purpose: String, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        try script(purpose, "BEGIN")
        isInTransaction = true
        let result: R
        do {
            result = try body()
            try script(purpose, "COMMIT")
        } catch {
            // When even this fails the session stays unusable and its owner opens another.
            if (try? script(purpose, "ROLLBACK")) != nil { isInTransaction = false }
            throw error
        }
        isInTransaction = false
        return result
    }

    /// Runs `body` in a transaction that is rolled back whatever happens: to learn whether it would work.
    package func rehearse<R>(_ purpose: String, _ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        try script(purpose, "BEGIN")
        isInTransaction = true
        defer { if (try? script(purpose, "ROLLBACK")) != nil { isInTransaction = false } }
        return try body()
    }

    /// When an answer to what is sent now is given up. The server ends a slow statement itself (statement_timeout); the
    /// margin is for a server that is gone.
    var deadline: ContinuousClock.Instant { ContinuousClock.now + limits.statement + .seconds(5) }

    private var statementMilliseconds: Int64 { limits.statement.components.seconds * 1000 }

    /// The name of the prepared statement for `sql` with parameters of these types, prepared on first use.
    func prepare(
        _ purpose: String, _ sql: String, _ parameters: [SQLValue]
    ) throws(StoreError) -> String {
        let types = parameters.map(\.typeIdentifier)
        let key = types.map(String.init).joined(separator: ",") + "\n" + sql
        if let name = statementNames[key] { return name }
        let name = "s\(statementNames.count)"
        guard PQsendPrepare(handle, name, sql, Int32(types.count), types) == 1 else { throw unavailable(purpose) }
        PQclear(try awaitResult(purpose))
        statementNames[key] = name
        return name
    }
}

// MARK: - waiting

extension PostgresSession {
    private func finishConnecting() throws(StoreError) {
        let deadline = ContinuousClock.now + limits.connect
        while true {
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: try wait(for: POLLIN, until: deadline, "connect")
            case PGRES_POLLING_WRITING: try wait(for: POLLOUT, until: deadline, "connect")
            default: throw unavailable("connect")
            }
        }
    }

    /// The last result of what was sent; the first failed one is thrown.
    func awaitResult(_ purpose: String) throws(StoreError) -> OpaquePointer {
        let deadline = deadline
        try flush(purpose, deadline)
        var last: OpaquePointer?
        var failure: StoreError?
        while let result = try nextResult(purpose, deadline) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                PQclear(last)
                last = result
            default:
                failure = failure ?? error(in: result, purpose)
                PQclear(result)
                if PQstatus(handle) == CONNECTION_BAD { break }
            }
        }
        guard failure == nil, let last else {
            PQclear(last)
            throw failure ?? unavailable(purpose)
        }
        return last
    }

    /// Sends what libpq still holds.
    func flush(_ purpose: String, _ deadline: ContinuousClock.Instant) throws(StoreError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: POLLIN | POLLOUT, until: deadline, purpose)
                guard PQconsumeInput(handle) == 1 else { throw unavailable(purpose) }
            default: throw unavailable(purpose)
            }
        }
    }

    /// The next result of what was sent; nil after the last one of a statement.
    func nextResult(
        _ purpose: String, _ deadline: ContinuousClock.Instant
    ) throws(StoreError) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(for: POLLIN, until: deadline, purpose)
            guard PQconsumeInput(handle) == 1 else { throw unavailable(purpose) }
        }
        return PQgetResult(handle)
    }

    /// Blocks until the socket is ready for `events`.
    func wait(
        for events: Int32, until deadline: ContinuousClock.Instant, _ purpose: String
    ) throws(StoreError) {
        guard try isReady(for: events, until: deadline, purpose) else {
            throw .unavailable(what: purpose, address: address.description, why: "no answer in time")
        }
    }

    /// Whether the socket is ready for `events` before `deadline`.
    func isReady(
        for events: Int32, until deadline: ContinuousClock.Instant, _ purpose: String
    ) throws(StoreError) -> Bool {
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            let milliseconds = min(left.components.seconds * 1000 + 1, 60_000)
            var descriptors = [
                pollfd(fd: PQsocket(handle), events: Int16(truncatingIfNeeded: events), revents: 0),
                pollfd(fd: wake?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&descriptors, 2, Int32(milliseconds))
            if descriptors[1].revents != 0 { throw .cancelled(what: purpose) }
            if ready > 0 { return true }
            if ready < 0, errno != EINTR { throw unavailable(purpose) }
        }
    }
}
