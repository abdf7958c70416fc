import Foundation
import Glibc
import TestSupport
import Testing

/// The private cluster under real processes that are killed, share it, and run as different users.
@Suite("Embedded cluster under kill -9", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct EmbeddedClusterKillTests {
    /// A state directory under /tmp, which every user may enter.
    private struct State {
        let path = "/tmp/alertd-kill-\(UInt32.random(in: 0 ... .max))"

        func status() throws -> AlertdProgram.Outcome {
            try AlertdProgram.run(["db", "status", "--json", "--state", path])
        }

        func remove() {
            for process in servers { kill(process, SIGQUIT) }
            while !servers.isEmpty { usleep(10_000) }
            try? FileManager.default.removeItem(atPath: path)
        }

        /// Living processes of the cluster's server.
        var servers: [Int32] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap(Int32.init).filter {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == path
                    + "/postgres/data"
            }
        }
    }

    @Test("killed at any moment, also while the cluster is made, the next run finds it in order")
    func killLoop() throws {
        let state = State()
        defer { state.remove() }
        // Steps of uneven length reach into making, starting, migrating, reading and stopping.
        for step in 0..<8 {
            let run = try AlertdProgram.start(["db", "status", "--state", state.path])
            usleep(UInt32(50_000 + step * step * 60_000))
            run.signal(SIGKILL)
            _ = try run.wait()
        }
        let outcome = try state.status()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"schema\":1"))
        #expect(state.servers == [])
    }

    @Test("many at once share one server, and it is gone when the last has left")
    func together() throws {
        let state = State()
        defer { state.remove() }
        let runs = try (0..<4).map { _ in try AlertdProgram.start(["db", "status", "--state", state.path]) }
        // One of them dies under the others.
        usleep(300_000)
        runs[0].signal(SIGKILL)
        for run in runs.dropFirst() {
            let outcome = try run.wait()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        _ = try runs[0].wait()
        #expect(try state.status().status == 0)
        #expect(state.servers == [])
    }

    @Test(
        "root's cluster belongs to an unprivileged user, whom nobody else can read",
        .enabled(if: geteuid() == 0, "only root can do this"))
    func ownership() throws {
        let state = State()
        defer { state.remove() }
        #expect(try state.status().status == 0)
        let owner = try FileManager.default.attributesOfItem(atPath: state.path)[.ownerAccountID] as? Int
        #expect(owner != nil && owner != 0)
        try withKnownReason(of: state) {
            let refused = try asUser("games", ["db", "status", "--state", state.path])
            #expect(refused.status == 2 && refused.errors.contains(state.path), "\(refused)")
        }
    }

    @Test(
        "a plain user's cluster works, for that user and then for root",
        .enabled(if: geteuid() == 0, "only root can do this"))
    func plainUser() throws {
        let state = State()
        defer { state.remove() }
        try withKnownReason(of: state) {
            let made = try asUser("games", ["db", "status", "--json", "--state", state.path])
            #expect(made.status == 0 && made.output.contains("\"schema\":1"), "\(made)")
            let asRoot = try state.status()
            #expect(asRoot.status == 0, "\(asRoot)")
            #expect(state.servers == [])
        }
    }

    /// The program's folder must be open to other users; where it is not, the reason is printed.
    private func withKnownReason(of state: State, _ body: () throws -> Void) throws {
        guard try asUser("games", ["version"]).status == 0 else {
            print("skipped: user games may not run \(AlertdProgram.executable.path)")
            return
        }
        try body()
    }

    private func asUser(_ user: String, _ arguments: [String]) throws -> (status: Int32, output: String, errors: String)
    {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments =
            ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", AlertdProgram.executable.path] + arguments
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = ["HOME": "/", "PATH": "/usr/bin:/bin"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, complaint)
    }
}
