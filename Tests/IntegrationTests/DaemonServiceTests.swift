import Foundation
import Glibc
import TestSupport
import Testing

@Suite("alertd run as a service", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DaemonServiceTests {
    @Test("the service manager hears READY, signs of life, what reloading did, and STOPPING")
    func notifications() throws {
        let server = try RTSPServer()
        let site = try DaemonSite()
        try site.configure([("gate", server.url())])
        let socket = try NotifySocket(at: "/tmp/alertd-notify-\(UInt32.random(in: 0 ... .max))")
        try site.start(environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "1500000"])
        let ready = try #require(socket.next { $0.contains("READY=1") }, "\(site.log())")
        #expect(ready.contains("STATUS=watching"))
        if !ready.contains("watching 1 of 1") { #expect(socket.next { $0.contains("watching 1 of 1 cameras") } != nil) }
        for _ in 0..<3 { #expect(socket.next { $0 == "WATCHDOG=1" } != nil) }
        site.signal(SIGHUP)
        #expect(socket.next { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") } != nil)
        #expect(socket.next { $0.contains("READY=1") } != nil)
        #expect(try site.stop().outcome.status == 0)
        #expect(socket.next { $0.contains("STOPPING=1") } != nil)
    }

    @Test("SIGHUP starts and stops cameras and leaves the others alone; a wrong file changes nothing and says why")
    func reload() throws {
        let (first, second) = (try RTSPServer(), try RTSPServer())
        let site = try DaemonSite()
        try site.configure([("stays", first.url()), ("goes", second.url())])
        try site.start()
        for name in ["stays", "goes"] {
            try site.waitForRow("SELECT count(*) = 1 FROM alertd.v_coverage WHERE camera = '\(name)'")
        }

        try site.configure([("stays", first.url()), ("comes", second.url())])
        site.signal(SIGHUP)
        try site.waitForLog("1 cameras added, 1 removed, 0 changed")
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.v_coverage WHERE camera = 'comes'")

        try site.configure([("stays", "nonsense"), ("comes", second.url())])
        site.signal(SIGHUP)
        try site.waitForLog("the configuration stays as it was")
        #expect(site.log().contains("cameras.stays.url"))
        try site.waitForRow(
            "SELECT now() - upper(watched) < interval '6 seconds' FROM alertd.v_coverage WHERE camera = 'stays'")
        #expect(try site.stop().outcome.status == 0)
        let spans = try site.rows(
            "SELECT camera, count(*) FROM alertd.v_coverage, unnest(watched) AS w GROUP BY camera ORDER BY camera")
        #expect(spans == ["comes|1", "goes|1", "stays|1"])
    }

    @Test("a query added while it runs is watched from the next frames on; the file's queries are listed beside it")
    func queryAdded() throws {
        let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
        let server = try RTSPServer(clip: clip)
        let site = try DaemonSite()
        try site.configure(
            [("gate", server.url())], rest: "queries: { car: { text: \"a car drives through the yard\" } }")
        try site.start()
        try site.waitForLog("camera gate: live")
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.v_queries WHERE origin = 'file'")
        _ = try site.rows(
            """
            INSERT INTO alertd.query (name, text, origin)
            VALUES ('walker', 'a person walks through the yard', 'command')
            """)
        // The clip shows a person from 16.7 s on.
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.v_events WHERE query = 'walker' AND open", seconds: 40)
        #expect(try site.stop().outcome.status == 0)
        #expect(try site.rows("SELECT count(*) > 0 FROM alertd.v_events WHERE query = 'car'") == ["t"])
    }

    @Test("without its database the daemon is ready, says so, and stores everything once the database is there")
    func databaseAway() throws {
        let postgres = try TemporaryPostgres.server()
        let name = "later\(UInt32.random(in: 0 ... .max))"
        let server = try RTSPServer()
        let site = try DaemonSite(database: postgres.url(database: name))
        try site.configure([("gate", server.url()), ("nobody", "rtsp://127.0.0.1:9/camera")])
        let socket = try NotifySocket(at: "/tmp/alertd-notify-\(UInt32.random(in: 0 ... .max))")
        try site.start(environment: ["NOTIFY_SOCKET": socket.path])
        let ready = try #require(socket.next { $0.contains("READY=1") }, "\(site.log())")
        #expect(ready.contains("database away"))
        try site.waitForLog("camera gate: live")
        pass(5)
        try postgres.psql("CREATE DATABASE \(name)", on: postgres.url())
        let schema = try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8)
        try postgres.psql(schema, on: postgres.url(database: name))
        try site.waitForLog("the database answers again")
        #expect(try site.stop().outcome.status == 0)
        let early = """
            SELECT upper(watched) - lower(watched) > interval '5 seconds' FROM alertd.v_coverage WHERE camera = 'gate'
            """
        #expect(try site.rows(early) == ["t"])
        #expect(try site.rows("SELECT camera, open FROM alertd.v_events WHERE kind = 'blind'") == ["nobody|f"])
    }

    @Test("a second daemon on the same state directory is refused, and the first goes on")
    func alone() throws {
        let server = try RTSPServer()
        let site = try DaemonSite()
        try site.configure([("gate", server.url())])
        try site.start()
        try site.waitForLog("is ready")
        let second = try AlertdProgram.run(["run", "--config", site.configuration])
        #expect(second.status == 2 && second.errors.contains("another alertd run (process "), "\(second.errors)")
        #expect(try site.stop().outcome.status == 0)
    }

    @Test("what cannot be run is refused before anything starts, with exit code 78 and every camera named")
    func refused() throws {
        let site = try DaemonSite()
        try site.configure([("web", "ftp://127.0.0.1/stream"), ("film", "gopher://127.0.0.1/film")])
        let outcome = try AlertdProgram.run(["run", "--config", site.configuration])
        #expect(outcome.status == 78, "\(outcome.errors)")
        #expect(outcome.errors.contains("cameras.web.url") && outcome.errors.contains("cameras.film.url"))
    }

    @Test("lines are JSON objects when the configuration says so")
    func jsonLog() throws {
        let site = try DaemonSite()
        try site.configure([("nobody", "rtsp://127.0.0.1:9/camera")])
        let text = try String(contentsOfFile: site.configuration, encoding: .utf8)
        try Data(text.replacing("level: info", with: "level: info, format: json").utf8)
            .write(to: URL(filePath: site.configuration))
        try site.start()
        try site.waitForLog("Connection refused")
        let (outcome, _) = try site.stop()
        for line in outcome.errorLines {
            let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(Set(object.keys).isSuperset(of: ["time", "level", "message"]))
        }
    }
}
