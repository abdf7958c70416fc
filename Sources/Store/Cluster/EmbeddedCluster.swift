import Base
import Glibc
public import Logging

/// A private PostgreSQL cluster in a state directory, for trials and small installations: the same SQL as anywhere
/// else, nothing to set up.
///
/// Every process that uses it holds the state directory's lock shared. The first one starts the server, later ones find
/// it running; whoever leaves last stops it. A process that is killed lets go of its lock and leaves the server
/// running; the next one finds it and, leaving last, stops it.
public actor EmbeddedCluster {
    private let executor: ThreadExecutor
    private let paths: ClusterPaths
    private let logger: Logger
    private let programRoot: String
    private let searchPath: String?
    private var lock: FileLock?
    private var server: ServerProcess?

    /// Runs on a thread of its own: starting and stopping wait for other processes.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The cluster of a state directory; nothing is touched yet.
    public init(stateDirectory: String, logger: Logger) {
        self.init(
            stateDirectory: stateDirectory, logger: logger, programRoot: PostgresPrograms.debianRoot,
            searchPath: PostgresPrograms.environmentPath)
    }

    /// The same with other places to look for the server programs.
    package init(stateDirectory: String, logger: Logger, programRoot: String, searchPath: String?) {
        executor = ThreadExecutor(name: "cluster")
        paths = ClusterPaths(stateDirectory: stateDirectory)
        self.logger = logger
        self.programRoot = programRoot
        self.searchPath = searchPath
    }

    /// Whether the server is alive.
    public var isRunning: Bool { server?.isAlive ?? false }

    /// The server's process number, while one is known.
    public var serverProcess: Int32? { server?.process }

    /// Makes the cluster if there is none, starts its server or joins the running one, and returns the address of its
    /// database `alertd`. Called again it starts a server that has died.
    public func start() throws(StoreError) -> DatabaseAddress {
        let account = try StateDirectory.prepare(paths.state)
        if lock == nil {
            let lock = try FileLock(paths.lock, for: account)
            // Held alone only by a process that is stopping the server.
            try lock.lock(.shared, seconds: 60)
            self.lock = lock
        }
        do {
            let startLock = try FileLock(paths.startLock, for: account)
            try startLock.lock(.exclusive, seconds: 320)
            return try startServer(account)
        } catch {
            stop()
            throw error
        }
    }

    /// Leaves the cluster; the last one to leave stops the server. A server that does not stop is logged.
    public func stop() {
        defer {
            lock = nil
            server = nil
        }
        guard let lock, let server, lock.tryLock(.exclusive) else { return }
        do throws(StoreError) {
            try server.stop()
            server.removeForeignSocketDirectory()
            logger.debug("embedded database stopped", metadata: ["path": "\(paths.base)"])
        } catch {
            logger.error("\(error)")
        }
    }

    private func startServer(_ account: ServiceAccount) throws(StoreError) -> DatabaseAddress {
        let found = try ServerProcess.running(paths)
        // A server that is this process's own child stays so: its exit status has to be collected.
        if found == nil || found?.process != server?.process { server = found }
        if server == nil { server = try startNewServer(account) }
        guard let server else { preconditionFailure("a server was found or started") }
        return try ensureDatabase(server)
    }

    private func startNewServer(_ account: ServiceAccount) throws(StoreError) -> ServerProcess {
        let programs = try PostgresPrograms.find(
            clusterMajor: ClusterFiles.majorVersion(paths), clusterPath: paths.base, root: programRoot,
            searchPath: searchPath)
        let files = ClusterFiles(paths: paths, programs: programs, account: account)
        let socketDirectory = try SocketDirectory.make(paths, for: account)
        if ClusterFiles.majorVersion(paths) == nil {
            logger.notice("making the embedded database", metadata: ["path": "\(paths.base)"])
            try files.create()
        }
        try files.writeAccessRules()
        let server = try ServerProcess.start(files, socketDirectory: socketDirectory)
        logger.debug("embedded database started", metadata: ["process": "\(server.process)"])
        return server
    }

    private func ensureDatabase(_ server: ServerProcess) throws(StoreError) -> DatabaseAddress {
        func address(_ database: String) throws(StoreError) -> DatabaseAddress {
            let host = server.socketDirectory.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return try DatabaseAddress(
                "host='\(host)' port=5432 user=\(ClusterFiles.role) dbname=\(database) sslmode=disable")
        }
        let session = try PostgresSession(address: address("postgres"))
        try Self.createDatabase(session)
        return try address("alertd")
    }

    /// Makes the database if there is none. The server goes on creating one for a process that was killed meanwhile,
    /// which makes ours fail until theirs is there, so a failure is believed only after ten seconds.
    private static func createDatabase(_ session: PostgresSession) throws(StoreError) {
        for attempt in 0... {
            let found = try session.query(
                "look for the database", "SELECT 1::bigint FROM pg_database WHERE datname = 'alertd'")
            if found.count > 0 { return }
            do throws(StoreError) {
                try session.script("create the database", "CREATE DATABASE alertd")
                return
            } catch {
                if attempt == 100 { throw error }
                usleep(100_000)
            }
        }
    }
}
