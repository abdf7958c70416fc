import Base
import Store
import TestSupport
import Testing

@Suite("Partitions and retention", .tags(.integration), .timeLimit(.minutes(5)))
struct PartitionTests {
    private func sample(_ time: WallTime, _ value: Double = 1) -> ScoreSample {
        ScoreSample(lane: "anomaly:normality", at: time, value: value)
    }

    private func partitions(_ url: String) throws -> [String] {
        let sql = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1"
        return try TemporaryPostgres.server().psql(sql, on: url).split(separator: "\n").map(String.init)
    }

    @Test("any day gets its partition when it is needed, and borders belong to the day they begin")
    func onDemand() async throws {
        let (store, url) = try await makeStore()
        let times =
            [WallTime(microseconds: -62_135_596_800_000_000)]
            + (try [
                "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2024-02-29T12:00:00Z", "9999-12-30T23:59:59Z",
            ].map { try #require(WallTime(rfc3339: $0)) })
        #expect(try await store.recordScores(times.map { sample($0) }, camera: camera()) == 5)
        #expect(
            try partitions(url)
                == ["score_00010101", "score_19691231", "score_19700101", "score_20240229", "score_99991230"])
        #expect(try await store.listAnomalies().map(\.at) == times)
        for microseconds in [Int64.min, -62_200_000_000_000_000, 253_402_300_800_000_000, Int64.max] {
            let error = await storeError {
                try await store.recordScores([sample(WallTime(microseconds: microseconds))], camera: camera())
            }
            guard case .invalidValue = error else {
                Issue.record("\(microseconds): \(String(describing: error))")
                continue
            }
        }
        await store.close()
    }

    @Test("a batch that repeats samples adds the new ones only, also within itself")
    func repeated() async throws {
        let (store, _) = try await makeStore()
        let first = (0..<100).map { sample(moment(Double($0)), 1) }
        #expect(try await store.recordScores(first, camera: camera()) == 100)
        let second = (50..<150).map { sample(moment(Double($0)), 2) }
        #expect(try await store.recordScores(second + second, camera: camera()) == 50)
        #expect(
            try await store.listAnomalies().map(\.score) == Array(repeating: 1, count: 100)
                + Array(repeating: 2, count: 50))
        await store.close()
    }

    @Test("writers that need each other's days at once all get through")
    func concurrent() async throws {
        let (store, url) = try await makeStore()
        let days = (0..<12).map { moment(Double($0) * 86_400) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let store = try await EventStore.open(.url(url), logger: quiet)
                    let name = try camera("camera\(worker)")
                    for day in worker % 2 == 0 ? days : days.reversed() {
                        #expect(try await store.recordScores([sample(day)], camera: name) == 1)
                    }
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(try partitions(url).count == 12)
        #expect(try await store.listAnomalies().count == 48)
        await store.close()
    }

    @Test("retention drops whole days by when they were written, not by when they were filmed")
    func retention() async throws {
        let (store, url) = try await makeStore()
        let server = try TemporaryPostgres.server()
        let (old, older) = (moment(0), moment(-86_400 * 3000))
        try await store.recordScores([sample(old), sample(older)], camera: camera())
        try await store.recordScores([sample(old)], camera: camera("door"))
        try await store.record([write(event(0, 10), key: "a"), write(event(20, 30, isOpen: true), key: "b")])
        let limits = RetentionLimits(eventsDays: 5, scoresDays: 5, encodingsDays: 5)
        #expect(try await store.enforce(limits, camera: camera()) == RetentionOutcome(), "all of it came just now")
        // Nine days pass.
        try server.psql(
            """
            UPDATE alertd.camera_day SET written_at = written_at - interval '9 days'
                WHERE camera_id = (SELECT id FROM alertd.camera WHERE name = 'gate');
            UPDATE alertd.day_partition SET made_at = made_at - interval '9 days';
            UPDATE alertd.event SET updated_at = updated_at - interval '9 days';
            """, on: url)
        let gone = try await store.enforce(limits, camera: camera())
        #expect(gone.scoreDays == 2)
        // The other camera's share of a day stays.
        #expect(try partitions(url) == ["score_20260501"])
        #expect(try await store.listAnomalies().map(\.camera) == ["door"])
        #expect(gone.events == 1, "an open event is not forgotten")
        #expect(try await store.listEvents().map(\.isOpen) == [true])
        try server.psql("UPDATE alertd.camera_day SET written_at = written_at - interval '9 days'", on: url)
        #expect(try await store.enforce(limits, camera: camera("door")).scoreDays == 1)
        #expect(try partitions(url) == [])
        // What comes for a day that was dropped gets a new partition.
        #expect(try await store.recordScores([sample(old)], camera: camera()) == 1)
        await store.close()
    }

    @Test("retention gives up after two seconds when a reader holds on to a day, and works when it has gone")
    func busy() async throws {
        let (store, url) = try await makeStore()
        try await store.recordScores([sample(moment(0))], camera: camera())
        let server = try TemporaryPostgres.server()
        try server.psql(
            "UPDATE alertd.camera_day SET written_at = '2000-01-01'; UPDATE alertd.day_partition SET made_at = '2000-01-01'",
            on: url)
        let reader = DatabaseConnection(address: try DatabaseAddress(url))
        try await reader.run("read") { session throws(StoreError) in
            try session.script("read", "BEGIN; SELECT count(*) FROM alertd.v_anomalies")
        }
        let limits = RetentionLimits(scoresDays: 1)
        let error = await storeError { try await store.enforce(limits, camera: camera()) }
        guard case .conflict = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try await reader.run("end") { session throws(StoreError) in try session.script("end", "COMMIT") }
        #expect(try await store.enforce(limits, camera: camera()).scoreDays == 1)
        await reader.close()
        await store.close()
    }
}
