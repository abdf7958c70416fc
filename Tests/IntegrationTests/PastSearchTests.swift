import Foundation
import Glibc
import TestSupport
import Testing

/// `alertd search` on what was ingested: conditions, zones, hours, pages, descriptions.
@Suite("search over past footage", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct PastSearchTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let scene = "a person walks through the yard"

    struct Line: Decodable {
        let camera: String
        let start: Date
        let end: Date
        let score: Double
        let eventId: Int64?
        let description: String?
        let evidence: String
        let cursor: String

        /// Seconds after the clip's beginning.
        var from: Double { start.timeIntervalSince(PastSearchTests.noon) }
        var to: Double { end.timeIntervalSince(PastSearchTests.noon) }
    }

    private static let noon = Date(timeIntervalSince1970: 1_777_636_800)  // 2026-05-01T12:00:00Z

    private let database: CommandDatabase
    private let configuration: String

    init() throws {
        database = try CommandDatabase()
        configuration = try database.folder.write(
            "alertd.yaml",
            Data(
                """
                cameras:
                  yard:
                    url: rtsp://192.0.2.10/a
                    zones: { all: [[0,0],[1,0],[1,1],[0,1]], corner: [[0,0],[0.02,0],[0.02,0.02],[0,0.02]] }
                  door: { url: rtsp://192.0.2.11/a }
                """.utf8))
        let ingest = try database.run([
            "ingest", Self.clip, "--camera", "yard", "--start", "2026-05-01T12:00:00Z",
        ])
        #expect(ingest.status == 0, "\(ingest.errors)")
    }

    private func run(_ arguments: [String]) throws -> AlertdProgram.Outcome {
        try database.run(["search"] + arguments + ["--json", "--config", configuration], environment: ["TZ": "UTC"])
    }

    private func search(_ arguments: String...) throws -> [Line] {
        let outcome = try run(arguments)
        #expect(outcome.status == 0 || (outcome.status == 1 && outcome.output.isEmpty), "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        return try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    // Cars at 3.3–8.4 and 32.2–39.6 s, people at 16.7–24.8, 51.3–60.9 and 72.7–80.3 s, fire at 95.0–110.1 s.
    @Test("order, absence, duration, number, hours and zones hold in the past as they do live")
    func conditions() throws {
        let people = try search(Self.scene)
        #expect(people.count >= 3 && people.allSatisfy { $0.evidence == "pictures" && $0.eventId == nil }, "\(people)")
        let ordered = try search("a car drives through the yard, then a person walks through the yard")
        #expect(!ordered.isEmpty && ordered.allSatisfy { $0.from < 45 }, "\(ordered)")
        #expect(try search("a fire with smoke, then a car drives through the yard").isEmpty)
        let alone = try search("a person walks through the yard without a car")
        #expect(!alone.isEmpty && alone.allSatisfy { $0.to < 95 }, "\(alone)")
        #expect(try search("\(Self.scene) for at least 60 seconds").isEmpty)
        #expect(!(try search("\(Self.scene) for at least 3 seconds").isEmpty))
        #expect(try search("\(Self.scene) at least 9 times").isEmpty)
        #expect(!(try search("\(Self.scene) at least twice").isEmpty))
        #expect(try search("\(Self.scene) between 13:00 and 14:00").isEmpty)
        let atNoon = try search("\(Self.scene) between 11:59 and 12:01")
        #expect(!atNoon.isEmpty && atNoon.allSatisfy { $0.to <= 60 }, "\(atNoon)")
        #expect(try search("\(Self.scene) in zone corner").isEmpty)
        #expect(!(try search("\(Self.scene) in zone all").isEmpty))
        let unknown = try run(["\(Self.scene) in zone roof"])
        #expect(unknown.status == 64 && unknown.errors.contains("no zone is called roof"), "\(unknown.errors)")
    }

    @Test("pages follow on each other, best first, without a gap or a repetition")
    func pages() throws {
        let all = try search(Self.scene, "--limit", "100")
        #expect(all.count >= 3 && all.map(\.score) == all.map(\.score).sorted(by: >))
        var (paged, after): ([Line], [String]) = ([], [])
        for _ in 0...all.count {
            let outcome = try run([Self.scene, "--limit", "1"] + after)
            guard outcome.status == 0 else {
                #expect(outcome.status == 1 && outcome.errors.contains("nothing more found"), "\(outcome.errors)")
                break
            }
            let page = try search([Self.scene, "--limit", "1"] + after)
            paged += page
            after = ["--after", try #require(page.last).cursor]
        }
        #expect(paged.map(\.cursor) == all.map(\.cursor))
        for wrong in ["", "1", "zz.1.yard", "3fe0000000000000.x.yard", "7ff8000000000000.1.yard"] {
            #expect(try run([Self.scene, "--after", wrong]).status == 64, "\(wrong)")
        }
    }

    private func search(_ arguments: [String]) throws -> [Line] {
        switch arguments.count {
        case 3: try search(arguments[0], arguments[1], arguments[2])
        default: try search(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
        }
    }

    @Test("what was written about an event finds it where the pictures show nothing, and raises what they show")
    func descriptions() throws {
        let seen = try #require(try search(Self.scene).first)
        // Written by a model: of an hour without pictures, and of the best span above.
        try database.sql(
            """
            SELECT alertd.record_event('door', 'query:visit', 'somebody', '2026-05-01T09:00:00Z', '2026-05-01T09:00:20Z',
                false, 1, 1, 0.9, NULL, 'A courier in a yellow jacket leaves a parcel at the door', 'a-model', 'arrival', NULL, 'a');
            SELECT alertd.record_event('yard', 'query:walk', 'somebody',
                timestamptz '2026-05-01T12:00:00Z' + \(seen.from) * interval '1 second',
                timestamptz '2026-05-01T12:00:00Z' + \(seen.to) * interval '1 second',
                false, 1, 1, 0.9, NULL, 'A person walks through the yard', 'a-model', 'arrival', NULL, 'b');
            SELECT alertd.record_event('yard', 'anomaly:bank', NULL, '2026-05-01T07:00:00Z', '2026-05-01T07:01:00Z',
                false, 1, 1, 0.9, 1, 'A courier with a yellow parcel', 'template', 'arrival', NULL, 'c');
            """)
        let courier = try search("a courier leaves a yellow parcel")
        let found = try #require(courier.first { $0.evidence == "description" })
        #expect(found.camera == "door" && found.eventId != nil && found.description?.contains("courier") == true)
        #expect(found.score > 0.3 && found.score < 0.9 && found.to - found.from == 20)
        // A template says what an anomaly may be, not what was seen.
        #expect(!courier.contains { $0.evidence == "description" && $0.camera == "yard" })
        let misspelt = try search("a curier leaves a yelow parcel")
        #expect(misspelt.contains { $0.evidence == "description" && $0.eventId == found.eventId }, "\(misspelt)")
        let both = try #require(try search(Self.scene).first { $0.evidence == "both" })
        #expect(abs(both.from - seen.from) < 0.01 && both.score > seen.score && both.eventId != nil)
        // Filtered first.
        #expect(
            !(try search("a courier leaves a yellow parcel", "--camera", "yard")).contains {
                $0.eventId == found.eventId
            })
        let later = ["a courier leaves a yellow parcel", "--since", "2026-05-01T10:00:00Z"]
        #expect(!(try search(later)).contains { $0.eventId == found.eventId })
        // What a description does not say is not found by it.
        #expect(!(try search("an elephant swims in the sea")).contains { $0.evidence == "description" })
    }
}

/// Killed at any moment, what was written stays readable and searchable.
@Suite("search after kill -9", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct SearchKillTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path

    @Test("an ingest killed while it writes leaves files that a search reads, and the next ingest completes them")
    func whileWriting() throws {
        let (killed, whole) = (try CommandDatabase(), try CommandDatabase())
        let ingest = ["ingest", Self.clip, "--camera", "yard", "--start", "2026-05-01T12:00:00Z", "--fps", "4"]
        for step in 1...6 {
            let run = try AlertdProgram.start(ingest + killed.options)
            usleep(UInt32(step * 180_000))
            run.signal(SIGKILL)
            _ = try run.wait()
            let outcome = try killed.run(["search", "a person walks through the yard", "--json"])
            #expect([0, 1].contains(outcome.status), "\(outcome.errors)")
        }
        for database in [killed, whole] { #expect(try database.run(ingest).status == 0) }
        let search = ["search", "a person walks through the yard", "--json", "--limit", "100"]
        let (mended, wanted) = (try killed.run(search), try whole.run(search))
        #expect(mended.output == wanted.output && wanted.lines.count >= 3)
    }

    @Test("a daemon killed while it searches and watches answers again after its next start")
    func whileSearching() throws {
        let server = try RTSPServer(clip: Self.clip)
        let site = try DaemonSite()
        try site.configure([("gate", server.url())])
        let ingest = try AlertdProgram.run([
            "ingest", Self.clip, "--camera", "yard", "--start", "2026-05-01T12:00:00Z", "--config", site.configuration,
        ])
        #expect(ingest.status == 0, "\(ingest.errors)")
        for pause in [20_000, 150_000, 600_000] as [UInt32] {
            try site.start()
            try site.waitForLog("is ready")
            _ = try site.rows(
                "SELECT count(alertd.ask('a person walks through the yard')) FROM generate_series(1, 50)")
            usleep(pause)
            site.signal(SIGKILL)
            _ = try site.waitForEnd()
        }
        try site.start()
        try site.waitForLog("is ready")
        let count = try site.rows(
            "SELECT count(*) FROM alertd.search('a person walks through the yard', p_limit => 1000)")
        #expect((count.first.flatMap { Int($0) } ?? 0) >= 3, "\(count)")
        // Fifty at once are all answered.
        let first = try site.rows(
            "SELECT min(alertd.ask('a person walks through the yard')) FROM generate_series(1, 50)")[0]
        try site.waitForRow(
            "SELECT count(*) = 50 FROM alertd.search_request WHERE id >= \(first) AND answered_at IS NOT NULL AND problem IS NULL"
        )
        #expect(try site.stop().outcome.status == 0)
    }
}
