import Foundation
import Glibc

/// The directory in which alertd keeps everything that is not a row: the private cluster, encodings, clips.
public enum StateDirectory {
    /// Makes the directory at `path` if it is missing, checks that it can be used, and, for root, hands it to the user
    /// that the embedded database runs as. Returns that user: this process's own, unless it is root.
    ///
    /// Root hands over a directory only if it is empty or alertd's own, so that a mistyped `--state /home/jane` changes
    /// nothing. Throws ``StoreError/unusablePath(path:why:remedy:)`` and the errors of choosing a user.
    public static func prepare(_ path: String) throws(StoreError) -> ServiceAccount {
        let paths = ClusterPaths(stateDirectory: path)
        let account = try ServiceAccount.forServer(dataDirectory: paths.data)
        try make(paths.state)
        guard FileStatus(paths.state)?.isDirectory == true else {
            throw .unusablePath(path: paths.state, why: "it is not a directory", remedy: "choose another --state")
        }
        if geteuid() == 0 {
            try handOver(paths, to: account)
            try checkTraversable(paths.state, by: account)
        }
        guard access(paths.state, R_OK | W_OK | X_OK) == 0 else { throw denied(paths.state, errorText()) }
        try makePrivate(paths.base, for: account)
        return account
    }

    /// Makes the directory `path` of mode 0700 for `account` if it is missing.
    static func makePrivate(_ path: String, for account: ServiceAccount) throws(StoreError) {
        if mkdir(path, 0o700) == 0 {
            try give(path, to: account)
        } else if errno != EEXIST {
            throw errno == ENOSPC ? .diskFull(path: path) : denied(path, errorText())
        }
        guard let status = FileStatus(path, followingLinks: false), status.isDirectory else {
            throw .unusablePath(path: path, why: "it is not a directory", remedy: "move it away")
        }
        guard status.owner == account.user else {
            throw denied(path, "it belongs to user \(ServiceAccount.numbered(status.owner)?.name ?? "\(status.owner)")")
        }
    }

    /// Makes `path` belong to `account`; only root has anything to do.
    static func give(_ path: String, to account: ServiceAccount) throws(StoreError) {
        guard geteuid() == 0 else { return }
        guard lchown(path, account.user, account.group) == 0 else { throw denied(path, errorText()) }
    }

    /// The last directory gets mode 0700, missing ones above it 0755.
    private static func make(_ path: String) throws(StoreError) {
        if FileStatus(path) != nil { return }
        let parent = (path as NSString).deletingLastPathComponent
        if parent != path, FileStatus(parent) == nil { try makeParents(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw denied(path, errorText()) }
    }

    private static func makeParents(_ path: String) throws(StoreError) {
        let parent = (path as NSString).deletingLastPathComponent
        if parent != path, FileStatus(parent) == nil { try makeParents(parent) }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw denied(path, errorText()) }
    }

    private static func handOver(_ paths: ClusterPaths, to account: ServiceAccount) throws(StoreError) {
        guard let status = FileStatus(paths.state), status.owner != account.user else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: paths.state)) ?? []
        guard status.owner == 0, names.isEmpty || FileStatus(paths.lock) != nil else {
            throw .unusablePath(
                path: paths.state, why: "it is neither empty nor alertd's, so it is not handed to user \(account.name)",
                remedy: "choose an empty directory for --state")
        }
        try give(paths.state, to: account)
        for path in [paths.lock, paths.encodings, paths.clips, paths.cuts, paths.spool]
        where FileStatus(path, followingLinks: false) != nil {
            try give(path, to: account)
        }
    }

    private static func checkTraversable(_ path: String, by account: ServiceAccount) throws(StoreError) {
        var directory = resolved(path) ?? path
        while directory != "/", !directory.isEmpty {
            directory = (directory as NSString).deletingLastPathComponent
            guard let status = FileStatus(directory), account.maySearch(status) else {
                throw .unusablePath(
                    path: path, why: "user \(account.name), who runs the embedded database, may not enter \(directory)",
                    remedy: "choose another --state, as /var/lib/alertd, or run: chmod o+x \(directory)")
            }
        }
    }

    private static func denied(_ path: String, _ why: String) -> StoreError {
        .unusablePath(path: path, why: why, remedy: "choose a --state directory that this user may write")
    }
}

/// Where things are inside a state directory.
struct ClusterPaths: Sendable, Equatable {
    /// The state directory, absolute.
    let state: String
    /// What the cluster keeps besides its data.
    var base: String { state + "/postgres" }
    /// The cluster's data directory.
    var data: String { base + "/data" }
    /// Where one attempt to make a cluster works, to be renamed to `data` once it is whole. Each attempt has its own
    /// place: the initdb of a process that was killed may write on for a moment.
    func staging(attempt: UInt32) -> String { base + "/" + Self.stagingPrefix + String(attempt, radix: 16) }
    /// What the names of those places begin with.
    static let stagingPrefix = "data.new."
    /// The server's log.
    var log: String { base + "/server.log" }
    /// Held shared by every process that uses the cluster, and alone by the one that stops it.
    var lock: String { state + "/lock" }
    /// Held by the process that is starting the server.
    var startLock: String { base + "/start.lock" }
    /// Files of encodings.
    var encodings: String { state + "/encodings" }
    /// Files of footage.
    var clips: String { state + "/clips" }
    /// Clips that are cut to be sent and then forgotten.
    var cuts: String { state + "/cuts" }
    /// What waits to be written to the database.
    var spool: String { state + "/spool" }

    /// Paths inside `stateDirectory`, which may be relative to the current directory.
    init(stateDirectory: String) {
        let standard = URL(filePath: stateDirectory, directoryHint: .isDirectory).standardizedFileURL.path
        state = standard.count > 1 && standard.hasSuffix("/") ? String(standard.dropLast()) : standard
    }
}
