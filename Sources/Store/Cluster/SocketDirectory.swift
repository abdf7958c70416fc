import Glibc

/// The directory of the server's socket: nobody but the server's user may enter it, and a socket's path must fit in
/// the 107 bytes that the kernel has for it.
package struct SocketDirectory {
    /// The socket's name, for port 5432.
    static let socketName = ".s.PGSQL.5432"
    /// Bytes of a socket's path (`sun_path` is 108, with its zero).
    static let longestPath = 107

    /// Makes the directory for the cluster of `paths` and returns it: `run` beside the data, or, when that is too long,
    /// one named after the state directory under the user's own runtime directory or the temporary one.
    static func make(
        _ paths: ClusterPaths, for account: ServiceAccount, fallbacks: [String]? = nil
    ) throws(StoreError) -> String {
        let name = "alertd-\(account.user)-" + String(fingerprint(paths.state), radix: 16)
        let parents = fallbacks ?? ["/run/user/\(account.user)", "/tmp"]
        let candidates = [paths.base + "/run"] + parents.map { $0 + "/" + name }
        for candidate in candidates where fits(candidate) {
            let parent = candidate.prefix(
                candidate.utf8.count - (candidate.split(separator: "/").last?.utf8.count ?? 0))
            guard FileStatus(String(parent))?.isDirectory == true else { continue }
            try makeSafely(candidate, for: account)
            return candidate
        }
        let socket = candidates[0] + "/" + socketName
        throw .socketPathTooLong(path: socket, bytes: socket.utf8.count)
    }

    /// The same for a state directory's path.
    package static func make(
        stateDirectory: String, for account: ServiceAccount, fallbacks: [String]
    ) throws(StoreError) -> String {
        try make(ClusterPaths(stateDirectory: stateDirectory), for: account, fallbacks: fallbacks)
    }

    private static func fits(_ directory: String) -> Bool {
        directory.utf8.count + 1 + socketName.utf8.count <= longestPath
    }

    /// Another user may have made the directory first, to listen in the server's place: then it is refused.
    private static func makeSafely(_ path: String, for account: ServiceAccount) throws(StoreError) {
        try StateDirectory.makePrivate(path, for: account)
        guard let status = FileStatus(path, followingLinks: false), status.permissions & 0o077 == 0 else {
            throw .unusablePath(
                path: path, why: "others may enter the socket's directory", remedy: "run: chmod 700 \(path)")
        }
    }

    /// FNV-1a, 64 bits: the same path has the same socket directory in every process.
    private static func fingerprint(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
