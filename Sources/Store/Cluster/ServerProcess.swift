import Glibc

/// The server of a private cluster: started by this process, or found running.
struct ServerProcess {
    /// Its process number.
    let process: pid_t
    /// The directory of its socket.
    let socketDirectory: String
    /// Whether this process started it, and so has to collect its exit status.
    let isChild: Bool

    private let paths: ClusterPaths

    /// The server of the cluster in `paths`, if one runs; waits until it accepts connections.
    static func running(_ paths: ClusterPaths) throws(StoreError) -> ServerProcess? {
        guard let file = PostmasterFile(dataDirectory: paths.data),
            ServerProcesses.isServer(file.process, of: paths.data)
        else { return nil }
        let server = ServerProcess(
            process: file.process, socketDirectory: file.socketDirectory, isChild: false, paths: paths)
        return try server.waitUntilReady() ? server : nil
    }

    /// Starts the server of `files`, its socket in `socketDirectory`, and waits until it accepts connections.
    static func start(_ files: ClusterFiles, socketDirectory: String) throws(StoreError) -> ServerProcess {
        let paths = files.paths
        try clearRemains(paths, socketDirectory)
        let (log, logSize) = try openLog(paths, files.account)
        defer { close(log) }
        let process = try ChildProcess.start(
            [files.programs.directory + "/postgres", "-D", paths.data] + settings(socketDirectory), as: files.account,
            output: log)
        let server = ServerProcess(
            process: process, socketDirectory: socketDirectory, isChild: true, paths: paths)
        guard try server.waitUntilReady() else {
            throw ClusterFiles.failure("start", paths, output: logTail(paths, from: logSize))
        }
        return server
    }

    /// Whether it is alive.
    var isAlive: Bool {
        if isChild {
            var status: Int32 = 0
            // Collects it if it has ended; then it is no child any more and the call fails.
            if waitpid(process, &status, WNOHANG) != 0 { return false }
        }
        return ServerProcesses.isServer(process, of: paths.data) || (isChild && kill(process, 0) == 0)
    }

    /// Fast shutdown: open transactions are rolled back, everything is written. Blocks until the server is gone.
    /// Throws ``StoreError/clusterFailed(step:path:output:)`` when it does not go.
    func stop() throws(StoreError) {
        for (signal, seconds) in [(SIGINT, 30), (SIGQUIT, 10)] {
            guard isAlive else { return }
            kill(process, signal)
            if waitUntilGone(seconds: seconds) { return }
        }
        throw .clusterFailed(step: "stop", path: paths.base, output: "process \(process) does not end")
    }

    /// Removes the socket's directory if it is not the cluster's own; it is empty once the server is gone.
    func removeForeignSocketDirectory() {
        if !socketDirectory.hasPrefix(paths.base) { rmdir(socketDirectory) }
    }

    private func waitUntilGone(seconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if !isAlive { return true }
            usleep(10_000)
        }
        return false
    }

    /// False when the process ended before it was ready. Recovery after a crash may take a while, hence the deadline.
    private func waitUntilReady() throws(StoreError) -> Bool {
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            if let file = PostmasterFile(dataDirectory: paths.data), file.process == process, file.isReady {
                return true
            }
            guard isAlive else { return false }
            usleep(10_000)
        }
        throw .clusterFailed(step: "start", path: paths.base, output: "it does not accept connections after 300 s")
    }

    /// After `kill -9` of a server its children live on for a moment; a number in `postmaster.pid` may belong to
    /// something else by now, which would keep PostgreSQL from starting.
    private static func clearRemains(_ paths: ClusterPaths, _ socketDirectory: String) throws(StoreError) {
        let deadline = ContinuousClock.now + .seconds(10)
        while !ServerProcesses.all(of: paths.data).isEmpty {
            guard ContinuousClock.now < deadline else {
                let rest = ServerProcesses.all(of: paths.data).map(String.init).joined(separator: ", ")
                throw .clusterFailed(
                    step: "start", path: paths.base, output: "processes \(rest) of a dead server do not end")
            }
            usleep(20_000)
        }
        unlink(paths.data + "/postmaster.pid")
        // The same for the socket's own file, unless a server of another cluster really holds it.
        let socketLock = socketDirectory + "/" + SocketDirectory.socketName + ".lock"
        let holder = readText(socketLock).flatMap { PostmasterFile(text: $0) }
        if let holder, let directory = linkTarget("/proc/\(holder.process)/cwd"),
            FileStatus(directory + "/PG_VERSION") != nil
        {
            throw .socketInUse(path: socketDirectory)
        }
        unlink(socketLock)
    }

    private static func openLog(
        _ paths: ClusterPaths, _ account: ServiceAccount
    ) throws(StoreError) -> (descriptor: Int32, size: Int) {
        if let status = FileStatus(paths.log), status.size > 10 << 20 { rename(paths.log, paths.log + ".1") }
        let log = open(paths.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else {
            throw errno == ENOSPC
                ? .diskFull(path: paths.log)
                : .unusablePath(path: paths.log, why: errorText(), remedy: "move it away")
        }
        if geteuid() == 0 { _ = fchown(log, account.user, account.group) }
        return (log, FileStatus(paths.log)?.size ?? 0)
    }

    private static func logTail(_ paths: ClusterPaths, from size: Int) -> String {
        guard let text = readText(paths.log) else { return "" }
        return String(decoding: Array(text.utf8).dropFirst(size).suffix(4096), as: UTF8.self)
    }

    /// A small box's settings, given at every start so that an old cluster gets them too.
    private static func settings(_ socketDirectory: String) -> [String] {
        [
            "listen_addresses=", "port=5432", "unix_socket_directories=\(socketDirectory)",
            "unix_socket_permissions=0700", "cluster_name=alertd", "max_connections=40", "shared_buffers=64MB",
            "max_wal_size=256MB", "min_wal_size=32MB", "wal_level=minimal", "max_wal_senders=0",
            "max_logical_replication_workers=0", "max_parallel_workers_per_gather=0", "jit=off", "TimeZone=UTC",
            "log_timezone=UTC", "logging_collector=off", "log_min_messages=warning", "log_checkpoints=off",
        ].flatMap { ["-c", $0] }
    }
}
