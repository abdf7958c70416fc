import Base
import Store
import TestSupport
import Testing

@Suite("Database connection", .tags(.integration), .timeLimit(.minutes(5)))
struct DatabaseConnectionTests {
    private func connection(
        statement: Duration = .seconds(20)
    ) throws -> (connection: DatabaseConnection, url: String) {
        let url = try TemporaryPostgres.server().url()
        var limits = PostgresSession.Limits()
        limits.statement = statement
        return (DatabaseConnection(address: try DatabaseAddress(url), limits: limits), url)
    }

    @Test("every type comes back as it was sent")
    func roundTrip() async throws {
        let (connection, _) = try connection()
        let time = WallTime(microseconds: 1_777_636_800_123_456)
        let old = WallTime(microseconds: -62_135_596_800_000_000)
        let same = try await connection.run("test") { session throws(StoreError) -> [Bool] in
            let row = try session.query(
                "test",
                "SELECT $1::bool b, $2::bigint i, $3::float8 r, $4::text t, $5::bytea y, $6::timestamptz m, "
                    + "$7::timestamptz o, $8::text n, ($9::text[])[2] s, ($10::float8[])[1] f, "
                    + "($11::timestamptz[])[1] w, cardinality($12::text[])::bigint e",
                [
                    .bool(true), .integer(.min), .real(.leastNonzeroMagnitude), .text("ü\n'\"\\"), .bytes([0, 255]),
                    .time(time), .time(old), .null, .texts(["a", "b,{}\""]), .reals([0.1, nil]), .times([time]),
                    .texts([]),
                ]
            ).only()
            return [
                try row.bool("b"), try row.integer("i") == .min, try row.real("r") == .leastNonzeroMagnitude,
                try row.text("t") == "ü\n'\"\\", try row.bytes("y") == [0, 255], try row.time("m") == time,
                try row.time("o") == old, try row.optionalText("n") == nil, try row.text("s") == "b,{}\"",
                try row.real("f") == 0.1, try row.time("w") == time, try row.integer("e") == 0,
            ]
        }
        #expect(same == Array(repeating: true, count: 12))
    }

    @Test("a text with a zero byte is refused, not cut")
    func zeroByte() async throws {
        let (connection, _) = try connection()
        let error = await storeError {
            try await connection.run("store a name") { session throws(StoreError) in
                _ = try session.query("store a name", "SELECT $1::text", [.text("a\0b")])
            }
        }
        guard case .query("store a name", "22021", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a moment that PostgreSQL cannot hold is refused")
    func impossibleMoment() async throws {
        let (connection, _) = try connection()
        for microseconds in [Int64.min, Int64.min + 946_684_800_000_000, -300_000_000_000_000_000] {
            let error = await storeError {
                try await connection.run("test") { session throws(StoreError) in
                    _ = try session.query(
                        "test", "SELECT $1::timestamptz", [.time(WallTime(microseconds: microseconds))])
                }
            }
            guard case .query(_, "22008", _) = error else {
                Issue.record("\(microseconds): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("a failed transaction leaves nothing, and the connection goes on")
    func rollback() async throws {
        let (connection, _) = try connection()
        try await connection.run("test") { session throws(StoreError) in
            try session.script("test", "CREATE TABLE IF NOT EXISTS rollback_test (a int PRIMARY KEY)")
        }
        let error = await storeError {
            try await connection.withTransaction("test") { session throws(StoreError) in
                try session.script("test", "INSERT INTO rollback_test VALUES (1)")
                try session.script("test", "INSERT INTO rollback_test VALUES (1)")
            }
        }
        guard case .constraint("rollback_test_pkey", "rollback_test", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let count = try await connection.run("test") { session throws(StoreError) in
            try session.query("test", "SELECT count(*) AS n FROM rollback_test").only().integer("n")
        }
        #expect(count == 0)
    }

    @Test("an answer of another form than expected is an error, not a crash")
    func unexpected() async throws {
        let (connection, _) = try connection()
        let failed = try await connection.run("test") { session throws(StoreError) -> [Bool] in
            let rows = try session.query("test", "SELECT 1::int4 AS a, NULL::text AS b")
            let row = try rows.only()
            let none = try session.query("test", "SELECT 1 WHERE false")
            return [
                fails { () throws(StoreError) in _ = try row.integer("a") },
                fails { () throws(StoreError) in _ = try row.text("b") },
                fails { () throws(StoreError) in _ = try row.text("c") },
                fails { () throws(StoreError) in _ = try none.only() },
            ]
        }
        #expect(failed == [true, true, true, true])
    }

    @Test("cancelling the task cancels the statement on the server")
    func cancellation() async throws {
        let (connection, _) = try connection(statement: .seconds(58))
        let begin = ContinuousClock.now
        let error = await withTaskGroup(of: StoreError?.self) { group in
            group.addTask {
                await storeError {
                    try await connection.run("wait") { session throws(StoreError) in
                        _ = try session.query("wait", "SELECT pg_sleep(55)::text")
                    }
                }
            }
            // Cancelled while it waits, before it begins, or just between: the outcome is the same.
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error == .cancelled(what: "wait"))
        #expect(ContinuousClock.now - begin < .seconds(40))
        try await connection.run("test") { session throws(StoreError) in try session.script("test", "SELECT 1") }
    }

    @Test("a statement that runs too long ends with its deadline")
    func deadline() async throws {
        let (connection, _) = try connection(statement: .seconds(1))
        let error = await storeError {
            try await connection.run("wait") { session throws(StoreError) in
                _ = try session.query("wait", "SELECT pg_sleep(15)::text")
            }
        }
        guard case .query("wait", "57014", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a connection lost in a statement is reported; one lost between two is opened again unseen")
    func reconnect() async throws {
        let (connection, url) = try connection()
        let error = await storeError {
            try await connection.run("store") { session throws(StoreError) in
                try session.script("store", "SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        guard case .unavailable("store", _, let why) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!why.contains("\n"))
        let process = try await connection.run("test") { session throws(StoreError) in session.serverProcess }
        try TemporaryPostgres.server().psql("SELECT pg_terminate_backend(\(process), 5000)", on: url)
        let next = try await connection.run("test") { session throws(StoreError) in
            try session.script("test", "SELECT 1")
            return session.serverProcess
        }
        #expect(next != process)
    }

    @Test("a role without rights and a dead address are told apart")
    func kinds() async throws {
        let server = try TemporaryPostgres.server()
        try server.psql("CREATE ROLE nobody_special LOGIN", on: server.url())
        let url = server.url().replacing("alertd@", with: "nobody_special@")
        let poor = DatabaseConnection(address: try DatabaseAddress(url))
        let forbidden = await storeError {
            try await poor.run("read") { session throws(StoreError) in
                try session.script("read", "SELECT * FROM pg_authid")
            }
        }
        guard case .forbidden("read", _) = forbidden else {
            Issue.record("\(String(describing: forbidden))")
            return
        }
        let dead = DatabaseConnection(address: try DatabaseAddress("postgresql://u:geheim@127.0.0.1:9/alertd"))
        let unavailable = await storeError { try await dead.run("read") { _ throws(StoreError) in } }
        guard case .unavailable = unavailable, let unavailable else {
            Issue.record("\(String(describing: unavailable))")
            return
        }
        #expect("\(unavailable)".contains("127.0.0.1") && !"\(unavailable)".contains("geheim"))
    }
}

/// Whether `body` throws an unexpected result.
private func fails(_ body: () throws(StoreError) -> Void) -> Bool {
    do throws(StoreError) {
        try body()
        return false
    } catch {
        if case .unexpectedResult = error { return true }
        return false
    }
}
