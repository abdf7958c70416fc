import Base
import Foundation
import Glibc
import TestSupport
import Testing

/// A place where `alertd run` works: configuration, state directory, database, log.
final class DaemonSite {
    let folder: ScratchFolder
    /// libpq's address of the database; nil when it is the embedded one.
    let database: String?
    private(set) var run: AlertdProgram.Running?
    private var cameras: [(name: String, url: String, more: String)] = []
    private var rest = ""

    /// A site with a database of its own on the test server, or the embedded one.
    init(embedded: Bool = false, database: String? = nil) throws {
        folder = try ScratchFolder()
        if embedded {
            self.database = nil
        } else if let database {
            self.database = database
        } else {
            let server = try TemporaryPostgres.server()
            let made = try server.makeDatabase()
            let schema = try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8)
            try server.psql(schema, on: made)
            self.database = made
        }
    }

    var configuration: String { folder.file("alertd.yaml").path }
    var state: String { folder.file("state").path }

    /// Writes the configuration: these cameras, and `rest` below them.
    func configure(_ cameras: [(name: String, url: String)], more: String = "", rest: String = "") throws {
        self.cameras = cameras.map { ($0.name, $0.url, more) }
        self.rest = rest
        try writeConfiguration()
    }

    /// Paints over an area of one camera's pictures.
    func mask(_ name: String, _ polygons: String) throws {
        cameras = cameras.map { camera in
            guard camera.name == name else { return camera }
            return (name, camera.url, (camera.more.isEmpty ? "" : camera.more + ", ") + "masks: \(polygons)")
        }
        try writeConfiguration()
    }

    private func writeConfiguration() throws {
        let entries = cameras.map { camera in
            "  \(camera.name): { url: \"\(camera.url)\"\(camera.more.isEmpty ? "" : ", " + camera.more) }"
        }
        let text = """
            database: "\(database ?? "embedded")"
            state: \(state)
            log: { level: info }
            cameras:\(entries.isEmpty ? " {}" : "")
            \(entries.joined(separator: "\n"))
            \(rest)

            """
        try Data(text.utf8).write(to: URL(filePath: configuration))
    }

    /// Starts the daemon.
    func start(environment: [String: String] = [:]) throws {
        // Several daemons may run at a time; each takes a free port.
        let environment = ["ALERTD_HTTP_LISTEN": "127.0.0.1:0"].merging(environment) { $1 }
        run = try AlertdProgram.start(["run", "--config", configuration], environment: environment)
    }

    /// Sends a signal to the daemon.
    func signal(_ number: Int32) { run?.signal(number) }

    /// What the daemon has written so far.
    func log() -> String { (try? run?.errorsSoFar()) ?? "" }

    /// Waits for the daemon to end, at most `seconds`; how long it took.
    func waitForEnd(_ seconds: Double = 20) throws -> (outcome: AlertdProgram.Outcome, seconds: Double) {
        let run = try #require(run)
        let begin = ContinuousClock.now
        let ended = eventually(seconds) { !run.isRunning }
        let took = (ContinuousClock.now - begin) / .seconds(1)
        if !ended { run.signal(SIGKILL) }
        return (try run.wait(), took)
    }

    /// SIGTERM, and what came of it.
    @discardableResult
    func stop() throws -> (outcome: AlertdProgram.Outcome, seconds: Double) {
        signal(SIGTERM)
        return try waitForEnd()
    }

    /// The rows of a query, columns separated by `|`.
    func rows(_ sql: String) throws -> [String] {
        let url = try #require(database)
        return try TemporaryPostgres.server().psql(sql, on: url).split(separator: "\n").map(String.init)
    }

    /// The port of the running daemon's HTTP service.
    func port() throws -> Int {
        let words = "page and API at http://127.0.0.1:"
        try waitForLog(words)
        return try #require(log().components(separatedBy: words).last.flatMap { Int($0.prefix { $0.isNumber }) })
    }

    /// The value of one series of the running daemon's metrics, such as `alertd_camera_up{camera="gate"}`; nil when there
    /// is none.
    func metric(_ series: String) throws -> Double? {
        let lines = PlainHTTP.get("/metrics", port: try port()).text.split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// Waits until the log holds `text`.
    func waitForLog(_ text: String, seconds: Double = 20) throws {
        let found = eventually(seconds) { log().contains(text) }
        #expect(found, "no '\(text)' in the log:\n\(log())")
    }

    /// Waits until `sql` gives a row `t`.
    func waitForRow(_ sql: String, seconds: Double = 20) throws {
        let found = eventually(seconds) { (try? rows(sql)) == ["t"] }
        #expect(found, "not so after \(seconds) s: \(sql)\n\(log())")
    }

    deinit {
        if let run, run.isRunning { run.signal(SIGKILL) }
    }
}

/// Whether `condition` comes true within `seconds`; asked twenty times a second.
func eventually(_ seconds: Double, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        usleep(50_000)
    }
    return condition()
}

/// Lets the world go on for `seconds`.
func pass(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }
