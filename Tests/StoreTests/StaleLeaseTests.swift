import Base
import Foundation
import Store
import TestSupport
import Testing

/// What becomes of changes that are written under leases: of whoever holds the camera, held it, or watched without it.
@Suite("Changes under leases", .tags(.integration), .timeLimit(.minutes(5)))
struct StaleLeaseTests {
    /// Node a held camera gate until second 100 of 2026-05-01T12:00Z, node b from second 110 on, and still does.
    private func site() async throws -> LeaseSite {
        let site = try await LeaseSite()
        let noon = "'2026-05-01T12:00:00Z'::timestamptz"
        _ = try site.value(
            """
            INSERT INTO alertd.camera (name) VALUES ('gate');
            INSERT INTO alertd.camera_lease (camera_id, token, holder, held, is_current)
            SELECT id, 1, 'a', tstzrange(\(noon), \(noon) + interval '100 s'), false FROM alertd.camera
            UNION ALL SELECT id, 2, 'b', tstzrange(\(noon) + interval '110 s', now() + interval '1 hour'), true FROM alertd.camera
            """)
        return site
    }

    private func told(
        _ start: Double, _ end: Double, key: String, isOpen: Bool = false, thing: String? = nil
    ) throws -> StoreWrite {
        .event(
            EventWrite(
                event: try event(start, end, isOpen: isOpen), description: nil, idempotencyKey: key, replaces: thing))
    }

    private func by(_ token: Int64, at second: Double, _ change: StoreWrite) -> StoreWrite {
        .leased(change, LeaseStamp(token: token, at: moment(second)))
    }

    private func keys(_ site: LeaseSite) throws -> String {
        try site.value("SELECT string_agg(key, ' ' ORDER BY key) FROM alertd.event_key")
    }

    @Test("the holder's changes are as those of one machine")
    func holder() async throws {
        let site = try await site()
        try await site.store.write([
            by(2, at: 130, try told(120, 130, key: "x/1", isOpen: true, thing: "x/")),
            by(2, at: 131, .coverage(TimeSpan(start: moment(115), end: moment(131)), camera: try camera())),
            by(2, at: 140, try told(120, 138, key: "x/2", isOpen: true, thing: "x/")),
        ])
        let events = try await site.store.listEvents()
        #expect(events.map(\.during) == [TimeSpan(start: moment(120), end: moment(138))] && events[0].isOpen)
        try await site.store.write([by(2, at: 141, .closeEvents(of: try camera()))])
        #expect(try await site.store.listEvents().allSatisfy { !$0.isOpen })
        await site.store.close()
    }

    @Test(
        "what lay in a spool since the lease was held is stored, replaces its own earlier tellings, and opens nothing")
    func former() async throws {
        let site = try await site()
        try await site.store.write([
            by(1, at: 90, try told(80, 90, key: "x/1", isOpen: true, thing: "x/")),
            by(1, at: 99, try told(80, 88, key: "x/2", isOpen: true, thing: "x/")),
            by(1, at: 99, .coverage(TimeSpan(start: moment(70), end: moment(99)), camera: try camera())),
        ])
        let events = try await site.store.listEvents()
        #expect(events.map(\.during) == [TimeSpan(start: moment(80), end: moment(88))] && !events[0].isOpen)
        #expect(try await site.store.listCoverage().filter(\.isWatched).map(\.during).count == 1)
        await site.store.close()
    }

    @Test("a telling from outside of its lease joins the holder's event as a second witness: both keys are kept")
    func witness() async throws {
        let site = try await site()
        try await site.store.write([
            by(2, at: 130, try told(120, 130, key: "b/1", isOpen: true, thing: "b/")),
            by(1, at: 131, try told(112, 125, key: "a/1", isOpen: true, thing: "a/")),
            by(1, at: 132, .closeEvents(of: try camera())),
        ])
        let joined = try #require(try await site.store.listEvents().first)
        #expect(joined.during == TimeSpan(start: moment(112), end: moment(130)) && joined.isOpen)
        #expect(try keys(site) == "a/1 b/1")
        // The witness ends later than the holder has seen; that closes nothing, and the holder goes on.
        try await site.store.write([by(1, at: 140, try told(112, 139, key: "a/2", thing: "a/"))])
        #expect(try #require(try await site.store.listEvents().first).isOpen)
        try await site.store.write([by(2, at: 150, try told(120, 150, key: "b/2", thing: "b/"))])
        let whole = try await site.store.listEvents()
        #expect(whole.map(\.during) == [TimeSpan(start: moment(112), end: moment(150))] && !whole[0].isOpen)
        #expect(try keys(site) == "a/1 a/2 b/1 b/2")
        await site.store.close()
    }

    @Test("what only the witness saw is kept, closed; that it was blind is not")
    func witnessAlone() async throws {
        let site = try await site()
        let blind = Event(
            camera: try camera(), source: .blind(reason: .noStream),
            during: TimeSpan(start: moment(100), end: moment(120)), startError: 0, endError: 0, isOpen: true, score: 1,
            anomalyScore: nil, box: nil, clock: .arrival)
        try await site.store.write([
            by(1, at: 105, try told(101, 104, key: "a/1", isOpen: true, thing: "a/")),
            by(1, at: 120, .event(write(blind, key: "a/blind"))),
            by(1, at: 125, .coverage(TimeSpan(start: moment(100), end: moment(105)), camera: try camera())),
            // A token that was never given.
            by(9, at: 130, try told(126, 127, key: "nobody/1", isOpen: true)),
        ])
        let events = try await site.store.listEvents()
        #expect(events.map(\.kind) == ["query", "query"] && events.allSatisfy { !$0.isOpen })
        #expect(try await site.store.listCoverage().filter(\.isWatched).count == 1)
        await site.store.close()
    }

    @Test("of a witness's curve only what no other holder covers is stored")
    func scores() async throws {
        let site = try await site()
        let samples = stride(from: 90.0, to: 120, by: 5).map {
            ScoreSample(lane: "anomaly:normality", at: moment($0), value: $0)
        }
        try await site.store.write([by(1, at: 119, .scores(samples, camera: try camera()))])
        #expect(try await site.store.listAnomalies().map(\.score) == [90, 95, 100, 105])
        try await site.store.write([by(1, at: 95, .scores(Array(samples.suffix(1)), camera: try camera()))])
        #expect(try await site.store.listAnomalies().count == 5)
        await site.store.close()
    }

    @Test("renewals that were late since the database was away make no stranger of the holder")
    func lateHolder() async throws {
        let site = try await LeaseSite()
        let request = try site.request("a", ["gate"], seconds: 0.4)
        let held = try await site.settled(site.store.cameraLeases(), request)
        try await ContinuousClock().sleep(for: .milliseconds(600))
        let late = LeaseStamp(token: 1, at: held.time.advanced(bySeconds: 0.6))
        try await site.store.write([.leased(try told(0, 1, key: "x", isOpen: true), late)])
        #expect(try #require(try await site.store.listEvents().first).isOpen)
        // Another may have it only from then on.
        #expect(
            try site.value("SELECT held_until > '\(late.at)'::timestamptz FROM alertd.v_leases") == "t")
        await site.store.close()
    }

    @Test("stamps follow the database's clock, whatever the wall clock of the node says")
    func clocks() async throws {
        let book = LeaseBook()
        let gate = try camera()
        #expect(book.stamp(gate) == nil)
        let start = ContinuousClock.now
        // The database lives in 2026-05-01, this machine does not.
        book.note([gate: 7], time: moment(0), instant: start)
        #expect(book.stamp(gate, now: start + .milliseconds(1500)) == LeaseStamp(token: 7, at: moment(1.5)))
        book.note([:], time: moment(100), instant: start + .seconds(2))
        #expect(book.stamp(gate, now: start + .seconds(3)) == LeaseStamp(token: 7, at: moment(101)))
        // A node whose clock is a day ahead: its events are in the future, its standing is not touched.
        let site = try await site()
        try await site.store.write([by(2, at: 130, try told(86_400, 86_410, key: "x", isOpen: true))])
        #expect(try #require(try await site.store.listEvents().first).isOpen)
        await site.store.close()
    }

    @Test("a writer stamps what it is given, also through the spool and after a kill")
    func spooled() async throws {
        let site = try await site()
        let state = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: true)
        defer { state.remove() }
        let changes = [
            by(1, at: 105, try told(101, 104, key: "a/1", isOpen: true)),
            by(1, at: 106, .closeEvents(of: try camera())),
            by(1, at: 107, .coverage(TimeSpan(start: moment(1), end: moment(2)), camera: try camera())),
        ]
        let spool = try await Spool.open(stateDirectory: state.path)
        try await spool.append(changes)
        let next = try await Spool.open(stateDirectory: state.path)
        #expect(try await next.head(10)?.writes == changes)
        // Erasing takes away what it should, lease or not.
        let span = TimeSpan(start: moment(100), end: moment(110))
        #expect(try await FileErasure(stateDirectory: state.path).eraseSpool(of: try camera(), during: span) == 1)

        let book = LeaseBook()
        book.note([try camera(): 1], time: moment(200), instant: .now)
        let writer = StoreWriter(store: site.store, leases: book, logger: quiet)
        writer.enqueue(try told(150, 160, key: "a/2", isOpen: true))
        writer.finish()
        await writer.run()
        // Token 1 is not b's: a witness.
        #expect(try #require(try await site.store.listEvents().first).isOpen == false)
        await site.store.close()
    }

    @Test("files belong to the node that has them: no other forgets or counts them, and searches know whom to ask")
    func files() async throws {
        let site = try await LeaseSite()
        let (a, b) = (try await site.node("a"), try await site.node("b"))
        let gate = try camera()
        func record(_ start: Double) -> FootageRecord {
            FootageRecord(
                camera: gate, kind: .segment, during: TimeSpan(start: moment(start), end: moment(start + 30)),
                file: "gate/same.mp4", bytes: 10)
        }
        #expect(try await a.recordFootage(record(0)))
        #expect(try await b.recordFootage(record(0)))
        #expect(try await a.footageEntries(of: gate, before: 0, after: 0).count == 1)
        try await a.forgetFootage([record(0)], of: gate)
        #expect(try await a.footageTotal(of: gate).bytes == 0)
        #expect(try await b.footageTotal(of: gate).bytes == 10)
        let span = TimeSpan(start: moment(0), end: moment(60))
        #expect(try await a.nodesWithFootage(of: gate, during: span) == ["b"])
        #expect(try await b.nodesWithFootage(of: gate, during: span) == [])

        let leases = b.cameraLeases()
        _ = try await leases.ask(try site.request("b", ["gate"], seconds: 60))
        _ = try site.value(
            """
            SET alertd.node = 'b';
            SELECT alertd.ensure_days('encoding_minute', 'gate', '{2026-05-01}');
            INSERT INTO alertd.encoding_minute (
                camera_id, encoder, minute, frames, looks, stills, radius, file, position, bytes)
            SELECT id, '\\x01', '2026-05-01T12:00:00Z', 60, 60, 0, 1, 'gate/day.enc', 0, 100 FROM alertd.camera
            """)
        let asked = try await a.nodesWithEncodings(of: [gate], since: moment(-10), until: moment(100))
        #expect(asked.map(\.name) == ["b"] && asked.first?.isAlive == true)
        #expect(asked.first?.address == "http://127.0.0.1/b")
        #expect(try await a.nodesWithEncodings(of: nil, since: nil, until: nil).map(\.name) == ["b"])
        #expect(try await b.nodesWithEncodings(of: nil, since: nil, until: nil).isEmpty)
        #expect(try await a.nodesWithEncodings(of: [gate], since: moment(500), until: moment(600)).isEmpty)
        #expect(try await a.nodesWithEncodings(of: [try camera("yard")], since: nil, until: nil).isEmpty)
        try await a.forgetIndex(of: gate, files: ["gate/day.enc"])
        #expect(try await a.nodesWithEncodings(of: [gate], since: moment(-10), until: moment(100)).count == 1)
        for store in [site.store, a, b] { await store.close() }
    }
}
