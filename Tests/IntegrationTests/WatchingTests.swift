import Foundation
import TestSupport
import Testing

@Suite("alertd events watch and coverage", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct WatchingTests {
    private struct Change: Decodable {
        struct Event: Decodable { let camera: String }
        let changeId: Int64
        let change: String
        let id: Int64
        let kind: String
        let event: Event?
    }

    private struct Coverage: Decodable, Equatable {
        let camera: String
        let start: String
        let end: String
        let state: String
        let reason: String?
    }

    private func decode<T: Decodable>(_ lines: [Substring]) throws -> [T] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try lines.map { try decoder.decode(T.self, from: Data($0.utf8)) }
    }

    @Test(
        "every change is printed once, also when the database was away, until a signal", arguments: [SIGINT, SIGTERM])
    func watch(signal: Int32) throws {
        let database = try CommandDatabase()
        try database.record("query:person", 0, 10, key: "a")
        let watch = try AlertdProgram.start(["events", "watch", "--since", "0", "--json"] + database.options)
        #expect(try watch.awaitLines(2).count == 2)
        try database.dropConnections()
        try database.record("blind:no_stream", 20, 30, key: "b", isOpen: true)
        #expect(try watch.awaitLines(3).count == 3)
        #expect(try watch.awaitErrors(containing: "nothing was missed").contains("lost database"))
        try database.record("blind:no_stream", 20, 40, key: "c")
        #expect(try watch.awaitLines(4).count == 4)
        watch.signal(signal)
        let outcome = try watch.wait()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let changes: [Change] = try decode(outcome.lines)
        #expect(changes.map(\.change) == ["open", "close", "open", "close"])
        #expect(changes.map(\.kind) == ["query", "query", "blind", "blind"])
        #expect(changes.allSatisfy { $0.event?.camera == "gate" })
        let numbers = changes.map(\.changeId)
        #expect(numbers == numbers.sorted() && Set(numbers).count == 4 && changes[2].id == changes[3].id)
        // Going on from a number gives what lies after it; a line for people names the event.
        let rest = try AlertdProgram.start(["events", "watch", "--since", "\(numbers[2])"] + database.options)
        let line = try #require(try rest.awaitLines(1).first)
        rest.signal(SIGINT)
        #expect(try rest.wait().status == 0)
        #expect(line.contains("close event \(changes[3].id)") && line.contains("no_stream"), "\(line)")
    }

    @Test("a private cluster's server that dies meanwhile is started again")
    func deadServer() throws {
        let folder = try ScratchFolder()
        let state = folder.file("state")
        let watch = try AlertdProgram.start(["events", "watch", "--state", state.path, "--log-level", "info"])
        #expect(try watch.awaitErrors(containing: "events are followed").contains("from change 0 on"))
        let file = try String(contentsOf: state.appending(path: "postgres/data/postmaster.pid"), encoding: .utf8)
        let server = try #require(file.split(separator: "\n").first.flatMap { Int32($0) })
        kill(server, SIGKILL)
        let errors = try watch.awaitErrors(containing: "nothing was missed")
        #expect(errors.contains("lost database alertd"), "\(errors)")
        watch.signal(SIGINT)
        #expect(try watch.wait().status == 0)
    }

    @Test("it ends in order when its reader goes")
    func reader() throws {
        let database = try CommandDatabase()
        try database.record("query:person", 0, 10, key: "a")
        let process = Process()
        process.executableURL = AlertdProgram.executable
        process.arguments = ["events", "watch", "--since", "0"] + database.options
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text.contains("open event"))
        try output.fileHandleForReading.close()
        // The next change meets the closed pipe.
        try database.record("query:person", 900, 910, key: "b")
        process.waitUntilExit()
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(complaint)")
    }

    @Test("a database that is away from the beginning exits with 69, a wrong number with 64")
    func watchRefused() throws {
        let folder = try ScratchFolder()
        let arguments = ["events", "watch", "--database", "postgresql://127.0.0.1:1/x"]
        let outcome = try AlertdProgram.run(arguments + ["--state", folder.file("state").path])
        #expect(outcome.status == 69 && outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(try AlertdProgram.run(["events", "watch", "--since", "-1"]).status == 64)
    }

    @Test("the ledger names what was watched, and why the rest was not")
    func coverage() throws {
        let database = try CommandDatabase()
        for (camera, start, end) in [("gate", 0, 60), ("gate", 90, 120), ("gate", 150, 180), ("door", 0, 10)] {
            try database.sql(
                """
                SELECT alertd.record_coverage('\(camera)', timestamptz '2026-05-01T12:00:00Z'
                    + \(start) * interval '1 second', timestamptz '2026-05-01T12:00:00Z' + \(end) * interval '1 second')
                """)
        }
        try database.record("blind:no_stream", 60, 90, key: "a")
        let all = try database.run(["coverage", "--json"])
        #expect(all.status == 0 && all.errors.isEmpty, "\(all.errors)")
        let rows: [Coverage] = try decode(all.lines)
        func row(_ start: String, _ end: String, _ reason: String?, _ camera: String = "gate") -> Coverage {
            Coverage(
                camera: camera, start: "2026-05-01T12:\(start).000Z", end: "2026-05-01T12:\(end).000Z",
                state: reason == nil ? "watched" : "blind", reason: reason)
        }
        #expect(
            rows == [
                row("00:00", "00:10", nil, "door"), row("00:00", "01:00", nil), row("01:00", "01:30", "no_stream"),
                row("01:30", "02:00", nil), row("02:00", "02:30", "not_running"), row("02:30", "03:00", nil),
            ])
        let part = try database.run([
            "coverage", "--json", "--camera", "gate", "--since", "2026-05-01T12:01:10Z", "--until",
            "2026-05-01T12:01:40Z",
        ])
        let pieces: [Coverage] = try decode(part.lines)
        #expect(pieces == [row("01:10", "01:30", "no_stream"), row("01:30", "01:40", nil)])
        let ahead = try database.run(["coverage", "--json", "--camera", "door", "--until", "9000-01-01T00:00:00Z"])
        let told: [Coverage] = try decode(ahead.lines)
        #expect(told.count == 2 && told[1].reason == "not_running" && told[1].end < "8000")
        let table = try database.run(["coverage", "--camera", "door"])
        #expect(table.lines.count == 2 && table.lines[0].hasPrefix("camera"), "\(table.output)")
    }
}
