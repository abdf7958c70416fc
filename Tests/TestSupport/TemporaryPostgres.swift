import Base
import Foundation
import Glibc

/// A PostgreSQL server for tests: made on first use, shared by all tests of the process, gone with the process, however
/// that ends. Works as root (the server then runs as the user `postgres`) and as a plain user.
public final class TemporaryPostgres: Sendable {
    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        /// What was tried, and what the program wrote.
        public let description: String
    }

    private static let shared = Locked<Result<TemporaryPostgres, Failure>?>(nil)

    private let directory: URL
    private let programs: String
    private let databases = Locked(0)
    /// The end of the pipe that keeps the server alive.
    private let keepAlive: Int32

    /// The process's server. Blocks for some seconds the first time.
    public static func server() throws -> TemporaryPostgres {
        try shared.withLock { known in
            if let known { return known }
            let made = Result { () throws(Failure) in try TemporaryPostgres() }
            known = made
            return made
        }.get()
    }

    /// libpq's URI of a database; `postgres` always exists.
    public func url(database: String = "postgres") -> String {
        let host = directory.path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? directory.path
        return "postgresql://alertd@/\(database)?host=\(host)"
    }

    /// Makes an empty database of its own for one test and returns libpq's URI of it.
    public func makeDatabase() throws -> String {
        let number = databases.withLock { count in
            count += 1
            return count
        }
        let name = "test\(number)"
        try Self.run([programs + "/createdb", "-h", directory.path, "-U", "alertd", name])
        return url(database: name)
    }

    /// Runs psql's `script` on a database and returns what it writes.
    @discardableResult
    public func psql(_ script: String, on url: String) throws -> String {
        try Self.run([programs + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", script])
    }

    /// The definition of everything in a database's schema alertd, as pg_dump writes it.
    public func schema(of url: String) throws -> String {
        let text = try Self.run([programs + "/pg_dump", "--schema-only", "-d", url])
        // Newer versions of pg_dump guard their output with a random word.
        return text.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
    }

    /// Everything in a database, definitions and rows, as pg_dump writes it.
    public func dump(of url: String) throws -> String { try Self.run([programs + "/pg_dump", "-d", url]) }

    /// A server of its own, gone with the value; with `disk`, one that waits for the disk on every commit as long as that
    /// takes.
    public static func server(on disk: SlowDisk?) throws -> TemporaryPostgres { try TemporaryPostgres(disk) }

    /// A standby of this server, gone with the value: read-only, with everything that is here now, and what comes.
    public func standby() throws -> TemporaryPostgres { try TemporaryPostgres(of: directory) }

    deinit { close(keepAlive) }

    private init(_ disk: SlowDisk? = nil, of primary: URL? = nil) throws(Failure) {
        guard let programs = Self.programsDirectory() else {
            throw Failure(description: "PostgreSQL is not installed; run: apt-get install postgresql")
        }
        self.programs = programs
        // A short path: a socket's has room for 107 bytes.
        directory = URL(filePath: "/tmp/alertd-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        let account =
            geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        do {
            keepAlive = try Self.start(directory, programs, as: account, disk, primary)
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// A shell keeps the server: it ends with the test process, whose end of the pipe then closes, also after kill -9.
    private static func start(
        _ directory: URL, _ programs: String, as account: [String], _ disk: SlowDisk?, _ primary: URL?
    ) throws -> Int32 {
        let script = """
            trap '' INT HUP TERM
            umask 077; mkdir "$1" && cd "$1" || exit 1
            if [ "$5" ]; then
                "$2/pg_basebackup" -D "$1/data" -h "$5" -U alertd -R -X stream -c fast -N >log 2>&1 \
                    || { cat log; exit 1; }
            else
                "$2/initdb" -D "$1/data" -U alertd --auth=trust --no-sync --no-instructions --locale=C.UTF-8 >log 2>&1 \
                    || { cat log; exit 1; }
            fi
            LD_PRELOAD=$3 "$2/postgres" -D "$1/data" -c listen_addresses= -c "unix_socket_directories=$1" -c fsync=$4 \
                -c max_connections=200 -c log_min_messages=fatal >>log 2>&1 </dev/null &
            server=$!
            until "$2/pg_isready" -q -h "$1"; do kill -0 $server || { cat log; exit 1; }; sleep 0.05; done
            echo ready
            cat >/dev/null
            kill -QUIT $server; wait $server; cd /; rm -rf "$1"
            """
        let process = Process()
        let command =
            account + [
                "/bin/sh", "-c", script, "sh", directory.path, programs, disk?.library ?? "",
                disk == nil ? "off" : "on",
                primary?.path ?? "",
            ]
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(filePath: "/")
        if let disk { process.environment = ProcessInfo.processInfo.environment.merging(disk.settings) { $1 } }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Kept open until this process ends; close-on-exec, so that no other child keeps the server alive.
        let keepAlive = dup(input.fileHandleForWriting.fileDescriptor)
        _ = fcntl(keepAlive, F_SETFD, FD_CLOEXEC)
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        var text = ""
        while !text.hasSuffix("ready\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw Failure(description: "cannot start a test server: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        return keepAlive
    }

    @discardableResult
    private static func run(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(filePath: "/")
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command[0]) failed: \(text)")
        }
        return text
    }

    private static func programsDirectory() -> String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root))?.compactMap(Int.init) ?? []
        return versions.sorted(by: >).map { "\(root)/\($0)/bin" }
            .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }
}
