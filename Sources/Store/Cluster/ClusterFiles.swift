import Foundation
import Glibc

/// Making a cluster, and the two files that say who may connect.
package struct ClusterFiles {
    /// The role that owns everything in the cluster.
    static let role = "alertd"

    let paths: ClusterPaths
    let programs: PostgresPrograms
    let account: ServiceAccount

    /// The major version that made the cluster in `paths`; nil when there is none.
    static func majorVersion(_ paths: ClusterPaths) -> String? {
        readText(paths.data + "/PG_VERSION").map { $0.filter { !$0.isNewline && $0 != " " } }
    }

    /// Makes a cluster with the newest programs in a prepared state directory.
    package static func make(stateDirectory: String, for account: ServiceAccount) throws(StoreError) {
        let paths = ClusterPaths(stateDirectory: stateDirectory)
        let programs = try PostgresPrograms.find(clusterMajor: nil, clusterPath: paths.base)
        try ClusterFiles(paths: paths, programs: programs, account: account).create()
    }

    /// Makes the cluster beside its place and renames it, so that a data directory is whole or not there.
    func create() throws(StoreError) {
        removeStaging()
        let staging = paths.staging(attempt: .random(in: .min ... .max))
        let result = try ChildProcess.run(
            [
                programs.directory + "/initdb", "--pgdata=\(staging)", "--username=\(Self.role)",
                "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                "--no-instructions",
            ], as: account)
        guard result.status == 0 else {
            removeStaging()
            throw Self.failure("create", paths, output: result.output)
        }
        guard rename(staging, paths.data) == 0 else {
            throw .clusterFailed(step: "create", path: paths.base, output: "rename: \(errorText())")
        }
    }

    /// Writes who may connect: the operating system's user of the server, and root, both as the role `alertd`, over the
    /// local socket, told by the kernel (peer). Nobody by trust, nobody over the network.
    func writeAccessRules() throws(StoreError) {
        try write(
            paths.data + "/pg_hba.conf",
            "# Written by alertd at every start.\nlocal all all peer map=alertd\n")
        let users = Set([account.name, "root"]).sorted()
        let map = users.map { "alertd \"\($0)\" \(Self.role)\n" }.joined()
        try write(paths.data + "/pg_ident.conf", "# Written by alertd at every start.\n" + map)
    }

    /// What a failed step of the server programs means; `output` is what they wrote.
    static func failure(_ step: String, _ paths: ClusterPaths, output: String) -> StoreError {
        if output.contains("No space left on device") { return .diskFull(path: paths.base) }
        let lines = output.split(whereSeparator: \.isNewline).map(String.init)
        let telling = lines.filter { line in
            ["LOG:", "FATAL:", "PANIC:", "error:", "ERROR:"].contains { line.contains($0) }
        }
        if telling.contains(where: { $0.contains("socket") && $0.contains("lock file") }) {
            return .socketInUse(path: paths.base + "/run")
        }
        let last = (telling.isEmpty ? lines : telling).suffix(3).joined(separator: " | ")
        return .clusterFailed(step: step, path: paths.base, output: last.isEmpty ? "no output" : last)
    }

    /// Removes what attempts that did not come to their end left behind. What cannot be removed now (an orphaned initdb
    /// still writes there) is in nobody's way and goes the next time.
    private func removeStaging() {
        for name in directoryEntries(paths.base) where name.hasPrefix(ClusterPaths.stagingPrefix) {
            try? FileManager.default.removeItem(atPath: paths.base + "/" + name)
        }
    }

    /// Beside and renamed, so that a server reading the file sees the old or the new one.
    private func write(_ path: String, _ text: String) throws(StoreError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw failed(path) }
        try StateDirectory.give(temporary, to: account)
        guard rename(temporary, path) == 0 else { throw failed(path) }
    }

    private func failed(_ path: String) -> StoreError {
        errno == ENOSPC ? .diskFull(path: path) : .clusterFailed(step: "write", path: path, output: errorText())
    }
}
