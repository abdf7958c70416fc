import Glibc

/// What a server says of itself in `postmaster.pid` (PostgreSQL: src/include/utils/pidfile.h).
struct PostmasterFile: Equatable {
    /// The server's process number.
    let process: pid_t
    /// The directory of its socket.
    let socketDirectory: String
    /// Whether it accepts connections.
    let isReady: Bool

    /// Reads the file in `dataDirectory`; nil when there is none or it is not whole yet.
    init?(dataDirectory: String) {
        guard let text = readText(dataDirectory + "/postmaster.pid") else { return nil }
        self.init(text: text)
    }

    /// Lines: process, data directory, start time, port, socket directory, listen address, shared memory, status.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 5, let process = pid_t(lines[0].filter { $0 != " " }), process > 0 else { return nil }
        self.process = process
        socketDirectory = lines[4]
        isReady = lines.count >= 8 && lines[7].hasPrefix("ready")
    }
}

/// Looking at server processes through procfs.
enum ServerProcesses {
    /// Whether `process` is a live server of the cluster in `dataDirectory`: every process of one has it as its working
    /// directory. A number used again by something else is told apart by that.
    static func isServer(_ process: pid_t, of dataDirectory: String) -> Bool {
        guard let directory = linkTarget("/proc/\(process)/cwd") else { return false }
        return directory == (resolved(dataDirectory) ?? dataDirectory)
    }

    /// Every live process of the cluster in `dataDirectory`.
    static func all(of dataDirectory: String) -> [pid_t] {
        let target = resolved(dataDirectory) ?? dataDirectory
        return directoryEntries("/proc").compactMap { pid_t($0) }.filter { linkTarget("/proc/\($0)/cwd") == target }
    }
}
