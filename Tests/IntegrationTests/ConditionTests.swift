import Base
import Foundation
import TestSupport
import Testing

@Suite("Queries with conditions", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct ConditionTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let carThenPerson = "a car drives through the yard, then a person walks through the yard"

    @Test("an ingest enforces order and number, and finds nothing where they do not hold")
    func recording() throws {
        let folder = try ScratchFolder()
        let sentences = [
            Self.carThenPerson, "a fire with smoke, then a car drives through the yard",
            "a person walks through the yard at least twice", "a person walks through the yard at least 9 times",
        ]
        let run = try AlertdProgram.run(
            ["ingest", Self.clip, "--camera", "yard", "--start", "2026-05-01T12:00:00Z"]
                + sentences.flatMap { ["--query", $0] } + ["--state", folder.file("state").path])
        #expect(run.status == 0, "\(run.errors)")
        let events = try EventRow.list(state: folder).filter { $0.kind == "query" }
        // Cars at 3.3–8.4 and 32.2–39.6 s, people at 16.7–24.8, 51.3–60.9 and 72.7–80.3 s, fire at 95.0–110.1 s.
        let inOrder = events.filter { $0.query == Self.carThenPerson }
        #expect(inOrder.count == 2 && inOrder.allSatisfy { (15...32).contains($0.span.seconds) }, "\(inOrder)")
        #expect(events.contains { $0.query == sentences[2] })
        #expect(Set(events.compactMap(\.query)).isSubset(of: [sentences[0], sentences[2]]))
    }

    @Test("what a recording cannot be asked is refused with a message, and nothing is stored")
    func refused() throws {
        let folder = try ScratchFolder()
        let run = try AlertdProgram.run([
            "ingest", Self.clip, "--camera", "yard", "--query", "a person at the gate between 22:00 and 06:00",
            "--state", folder.file("state").path,
        ])
        #expect(run.status == 2 && run.errors.contains("hours of the day"), "\(run.errors)")
        #expect(try EventRow.list(state: folder) == [])
    }

    @Test("a live camera is watched for an order of scenes, and tells it once while it happens")
    func live() throws {
        let server = try RTSPServer(clip: Self.clip)
        let site = try DaemonSite()
        try site.configure(
            [("gate", server.url())],
            rest: """
                queries:
                  order: { text: "\(Self.carThenPerson)" }
                  never: { text: "a person walks through the yard, then a fire with smoke" }
                """)
        try site.start()
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.v_events WHERE query = 'order'", seconds: 60)
        #expect(try site.stop().outcome.status == 0)
        let told = try site.rows("SELECT query, open FROM alertd.v_events WHERE kind = 'query'")
        #expect(told == ["order|f"])
        let opened = """
            SELECT count(*) FROM alertd.outbox o JOIN alertd.event e ON e.id = o.event_id
            WHERE e.source = 'query:order' AND o.change = 'open'
            """
        #expect(try site.rows(opened) == ["1"])
    }
}
