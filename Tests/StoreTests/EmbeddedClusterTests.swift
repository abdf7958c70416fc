import Base
import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// Real servers; as root they run as another user, as a plain user as that one. Both ways pass the same tests.
@Suite("Embedded cluster", .tags(.integration), .timeLimit(.minutes(10)))
struct EmbeddedClusterTests {
    private func open(_ state: ClusterState) async throws -> EventStore {
        try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
    }

    @Test("is made, started, used, stopped, and keeps what it was given")
    func lifeCycle() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        let first = try await EventStore.open(.embedded(stateDirectory: state.path + "/deep/"), logger: quiet)
        try await first.record([write(event(0, 10), key: "a")])
        #expect(try await first.status().schemaVersion == 1)
        await first.close()
        #expect(!FileManager.default.fileExists(atPath: state.path + "/deep/postgres/data/postmaster.pid"))
        let begin = ContinuousClock.now
        let second = try await EventStore.open(.embedded(stateDirectory: state.path + "/deep"), logger: quiet)
        #expect(ContinuousClock.now - begin < .seconds(20))
        #expect(try await second.listEvents().count == 1)
        await second.close()
    }

    @Test("whoever leaves last stops the server")
    func attach() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let clusters = (0..<3).map { _ in state.cluster() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for cluster in clusters { group.addTask { _ = try await cluster.start() } }
            try await group.waitForAll()
        }
        let process = try #require(await clusters[0].serverProcess)
        #expect(await clusters[1].serverProcess == process)
        await clusters[0].stop()
        #expect(await clusters[2].isRunning)
        let late = try await open(state)
        #expect(try await late.listEvents() == [])
        await clusters[1].stop()
        await clusters[2].stop()
        #expect(try await late.listEvents() == [])
        await late.close()
        #expect(state.serverProcesses == [])
    }

    @Test("a server left behind by a killed process is found, used, and stopped")
    func adoption() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        // Forgotten without being stopped: the kernel lets go of its lock, as after kill -9.
        var killed: EmbeddedCluster? = state.cluster()
        _ = try await killed?.start()
        let process = await killed?.serverProcess
        killed = nil
        #expect(state.serverProcesses != [])
        let next = state.cluster()
        _ = try await next.start()
        #expect(await next.serverProcess == process)
        await next.stop()
        #expect(state.serverProcesses == [])
    }

    @Test("a server that crashed is noticed and started again, with nothing lost")
    func crash() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let store = try await open(state)
        try await store.record([write(event(0, 10), key: "a")])
        let cluster = state.cluster()
        _ = try await cluster.start()
        kill(try #require(await cluster.serverProcess), SIGKILL)
        while await cluster.isRunning { usleep(1000) }
        let error = await storeError { _ = try await store.record([write(event(20, 30), key: "b")]) }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        _ = try await cluster.start()
        try await store.record([write(event(20, 30), key: "b")])
        #expect(try await store.listEvents().count == 2)
        await store.close()
        await cluster.stop()
        #expect(state.serverProcesses == [])
    }

    @Test("a stale pid file does not keep the server from starting, whatever its number belongs to now")
    func stale() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        for process in [getpid(), 1, 4_000_000] {
            let text =
                "\(process)\n\(state.path)/postgres/data\n1\n5432\n\(state.path)/postgres/run\n\n  1 2\nready   \n"
            try text.write(toFile: state.path + "/postgres/data/postmaster.pid", atomically: false, encoding: .utf8)
            let cluster = state.cluster()
            _ = try await cluster.start()
            #expect(await cluster.isRunning)
            await cluster.stop()
        }
    }

    @Test("listens on no network, and nobody gets in by trust or as another user")
    func access() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let cluster = state.cluster()
        let address = try await cluster.start()
        let connection = DatabaseConnection(address: address)
        let settings = try await connection.run("test") { session throws(StoreError) -> [String] in
            try ["listen_addresses", "data_checksums", "unix_socket_permissions"].map { name throws(StoreError) in
                try session.query("test", "SELECT current_setting($1) AS s", [.text(name)]).only().text("s")
            }
        }
        #expect(settings == ["", "on", "0700"])
        let rules = try String(contentsOfFile: state.path + "/postgres/data/pg_hba.conf", encoding: .utf8)
        #expect(!rules.contains("trust") && rules.contains("local all all peer map=alertd"))
        let modes = ["", "/postgres", "/postgres/run", "/postgres/data"].map { path in
            (try? FileManager.default.attributesOfItem(atPath: state.path + path))?[.posixPermissions] as? Int
        }
        #expect(modes == [0o700, 0o700, 0o700, 0o700])
        await cluster.stop()
    }

    @Test("a state directory with a long name gets a socket elsewhere")
    func longPath() async throws {
        let state = try ClusterState(suffix: String(repeating: "x", count: 120))
        defer { state.remove() }
        let store = try await open(state)
        #expect(try await store.status().schemaVersion == 1)
        #expect(!store.address.description.contains(state.path))
        await store.close()
    }

    @Test("a server that cannot start says why, and can start once that is mended")
    func failure() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let file = state.path + "/postgres/data/postgresql.conf"
        let good = try Data(contentsOf: URL(filePath: file))
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("\nshared_buffers = 'nonsense'\nno_such_setting = 1\n".utf8))
        try handle.close()
        let cluster = state.cluster()
        let error = await storeError { _ = try await cluster.start() }
        guard case .clusterFailed("start", _, let output) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(output.contains("no_such_setting") || output.contains("shared_buffers"))
        let mend = try #require(FileHandle(forWritingAtPath: file))
        try mend.truncate(atOffset: UInt64(good.count))
        try mend.close()
        _ = try await cluster.start()
        await cluster.stop()
    }
}

/// A state directory with a cluster in it, copied from one that is made once per process.
struct ClusterState {
    let path: String
    private static let template = Template()

    init(suffix: String = "") throws {
        path = "/tmp/alertd-state-\(UInt32.random(in: 0 ... .max))\(suffix)"
        try Self.template.copy(to: path)
    }

    func cluster() -> EmbeddedCluster { EmbeddedCluster(stateDirectory: path, logger: quiet) }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Living processes of its server.
    var serverProcesses: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == path + "/postgres/data"
        }
    }
}
