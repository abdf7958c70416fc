import Glibc

/// Programs started by this one: with a clean environment, no inherited files, in the root directory, in a process
/// group of their own (Ctrl-C on the terminal does not reach them), and, for root, as another user.
enum ChildProcess {
    /// Runs a program to its end. `output` holds the last 4 KiB of what it wrote.
    static func run(
        _ arguments: [String], as account: ServiceAccount?
    ) throws(StoreError) -> (status: Int32, output: String) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .clusterFailed(step: "run \(arguments[0])", path: "/", output: errorText())
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let child: pid_t
        do {
            defer { close(ends[1]) }
            child = try start(arguments, as: account, output: ends[1])
        }
        let output = drain(ends[0])
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (status, output)
    }

    /// Starts a program and returns its process number; its output goes to the open file `output`.
    static func start(
        _ arguments: [String], as account: ServiceAccount?, output: Int32
    ) throws(StoreError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // Closing one that is gone by then is no error for posix_spawn.
        for descriptor in openDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)
        // The present directory may be closed to the account; env replaces itself by the program.
        let command = ["/usr/bin/env", "--chdir=/"] + prefix(for: account) + arguments
        guard let program = command.first else { preconditionFailure("a command has a program") }
        let home = account?.home ?? "/"
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=\(home)"]
        var child: pid_t = 0
        let code = withMutableCStrings(command) { command in
            withMutableCStrings(environment) { environment in
                posix_spawn(&child, program, &actions, &attributes, command, environment)
            }
        }
        guard code == 0 else {
            throw .clusterFailed(step: "run \(program)", path: "/", output: errorText(code))
        }
        return child
    }

    /// Root becomes the account through util-linux's setpriv, which replaces itself by the program.
    private static func prefix(for account: ServiceAccount?) -> [String] {
        guard let account, geteuid() == 0, !account.isRoot else { return [] }
        return [
            "/usr/bin/setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups",
            "--inh-caps=-all", "--no-new-privs", "--",
        ]
    }

    /// Every open file of this process but the standard three.
    private static func openDescriptors() -> [Int32] {
        directoryEntries("/proc/self/fd").compactMap { Int32($0) }.filter { $0 > 2 }
    }

    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        var usual = sigset_t()
        sigemptyset(&usual)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD] {
            sigaddset(&usual, signal)
        }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private static func drain(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes = Array((bytes + buffer[..<count]).suffix(4096)) }
            if count == 0 || (count < 0 && errno != EINTR) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
