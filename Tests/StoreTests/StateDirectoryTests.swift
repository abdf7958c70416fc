import Foundation
import Glibc
import Store
import Testing

@Suite("State directory", .timeLimit(.minutes(5)))
struct StateDirectoryTests {
    private func start(_ path: String, root: String = PostgresPrograms.debianRoot, search: String? = "") async
        -> StoreError?
    {
        let cluster = EmbeddedCluster(stateDirectory: path, logger: quiet, programRoot: root, searchPath: search)
        return await storeError {
            _ = try await cluster.start()
            await cluster.stop()
        }
    }

    @Test("without PostgreSQL, says how to install it")
    func notInstalled() async {
        let state = TemporaryDirectory()
        defer { state.remove() }
        let error = await start(state.path, root: "/nowhere", search: "/nowhere:/usr/share")
        guard case .postgresNotInstalled = error, let error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect("\(error)".contains("apt-get install postgresql"))
    }

    @Test("programs on the search path are found by asking their version")
    func searchPath() throws {
        let packaged = try PostgresPrograms.find(clusterMajor: nil, clusterPath: "/s", searchPath: nil)
        let found = try PostgresPrograms.find(
            clusterMajor: nil, clusterPath: "/s", root: "/nowhere", searchPath: ".:/nowhere:\(packaged.directory)")
        #expect(found == packaged)
    }

    @Test("a cluster of another version is refused with the package to install", arguments: ["14", "99", "9.6"])
    func otherVersion(version: String) async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        let data = state.path + "/postgres/data"
        let account = try StateDirectory.prepare(state.path)
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try "\(version)\n".write(toFile: data + "/PG_VERSION", atomically: false, encoding: .utf8)
        if geteuid() == 0 { chown(data, account.user, account.group) }
        let error = await start(state.path)
        guard case .clusterVersionMismatch(_, version, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a file in the directory's place, or a place where nothing can be made, is refused")
    func unusable() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        try "text".write(toFile: state.path, atomically: false, encoding: .utf8)
        for path in [state.path, state.path + "/below", "/proc/alertd"] {
            let error = await start(path)
            guard case .unusablePath(let named, _, let remedy) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(path.hasPrefix(named) && remedy.contains("--state"))
        }
    }

    @Test(
        "root hands over an empty directory, never one with somebody's files",
        .enabled(if: geteuid() == 0, "only root can do this"))
    func handOver() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: false)
        try "mine".write(toFile: state.path + "/thesis.txt", atomically: false, encoding: .utf8)
        #expect(throws: StoreError.self) { try StateDirectory.prepare(state.path) }
        var status = stat()
        #expect(stat(state.path, &status) == 0 && status.st_uid == 0)
        try FileManager.default.removeItem(atPath: state.path + "/thesis.txt")
        let account = try StateDirectory.prepare(state.path)
        #expect(!account.isRoot)
        #expect(stat(state.path, &status) == 0 && status.st_uid == account.user)
    }

    @Test(
        "a parent that the server's user may not enter is named", .enabled(if: geteuid() == 0, "only root can do this"))
    func parents() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        try FileManager.default.createDirectory(
            atPath: state.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let error = await start(state.path + "/inside")
        guard case .unusablePath(_, let why, let remedy) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(why.contains("may not enter \(state.path)") && remedy.contains("chmod o+x \(state.path)"))
    }

    @Test("a socket's directory that others may enter, or that is another user's, is refused")
    func socketDirectory() throws {
        let (state, parent) = (TemporaryDirectory("long"), TemporaryDirectory("run"))
        defer { parent.remove() }
        try FileManager.default.createDirectory(atPath: parent.path, withIntermediateDirectories: false)
        let path = state.path + String(repeating: "x", count: 100)
        let account = try ServiceAccount.current()
        let made = try SocketDirectory.make(stateDirectory: path, for: account, fallbacks: [parent.path])
        #expect(made.hasPrefix(parent.path))
        chmod(made, 0o777)
        #expect(throws: StoreError.self) {
            try SocketDirectory.make(stateDirectory: path, for: account, fallbacks: [parent.path])
        }
        chmod(made, 0o700)
        if geteuid() == 0 {
            chown(made, 65_534, 65_534)
            #expect(throws: StoreError.self) {
                try SocketDirectory.make(stateDirectory: path, for: account, fallbacks: [parent.path])
            }
        }
        #expect(
            throws: StoreError.socketPathTooLong(
                path: path + "/postgres/run/.s.PGSQL.5432", bytes: path.utf8.count + 27)
        ) {
            try SocketDirectory.make(stateDirectory: path, for: account, fallbacks: [])
        }
    }

    @Test("privileges are not dropped to root, and not without being root")
    func privileges() throws {
        let root = try #require(ServiceAccount.numbered(0))
        #expect(throws: StoreError.self) { try PrivilegeDrop.drop(to: root) }
        #expect(ServiceAccount.named("no such user") == nil)
        let current = try ServiceAccount.current()
        if current.isRoot { return }
        try PrivilegeDrop.drop(to: current)
        let other = try #require(ServiceAccount.named("daemon"))
        #expect(throws: StoreError.self) { try PrivilegeDrop.drop(to: other) }
    }
}
