import Foundation
import TestSupport

/// A database of one test's own with the current schema, filled by SQL, and a state folder beside it.
struct CommandDatabase {
    let folder: ScratchFolder
    let url: String
    private let server: TemporaryPostgres

    init() throws {
        folder = try ScratchFolder()
        server = try TemporaryPostgres.server()
        url = try server.makeDatabase()
        try server.psql(try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8), on: url)
    }

    /// The options that make a command use it.
    var options: [String] { ["--database", url, "--state", folder.file("state").path] }

    /// Runs a command on it.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> AlertdProgram.Outcome {
        try AlertdProgram.run(arguments + options, environment: environment)
    }

    /// Runs SQL on it.
    @discardableResult
    func sql(_ script: String) throws -> String { try server.psql(script, on: url) }

    /// Everything in it.
    func dump() throws -> String { try server.dump(of: url) }

    /// Records an event from second `start` to second `end` of 2026-05-01T12:00:00Z under `key`.
    func record(
        _ source: String, _ start: Int, _ end: Int, key: String, isOpen: Bool = false, camera: String = "gate"
    ) throws {
        let text = source.hasPrefix("query:") ? "'a sentence'" : "NULL"
        try sql(
            """
            SELECT alertd.record_event('\(camera)', '\(source)', \(text), timestamptz '2026-05-01T12:00:00Z'
                + \(start) * interval '1 second', timestamptz '2026-05-01T12:00:00Z' + \(end) * interval '1 second',
                \(isOpen), 1, 1, 0.5, NULL, NULL, NULL, 'arrival', NULL, '\(key)')
            """)
    }

    /// Ends every connection of the program to it.
    func dropConnections() throws {
        try sql(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'alertd'
            """)
    }
}
