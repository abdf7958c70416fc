import Foundation
import Glibc

/// The server programs of one major version.
package struct PostgresPrograms: Sendable, Equatable {
    /// The oldest version that alertd works with.
    package static let oldestMajor = 15
    /// Where Debian's packages put them, by major version.
    package static let debianRoot = "/usr/lib/postgresql"

    /// The environment's search path.
    package static var environmentPath: String? { ProcessInfo.processInfo.environment["PATH"] }

    /// The directory with `initdb` and `postgres`.
    package let directory: String
    /// The major version.
    package let major: Int

    /// Programs that fit: those of version `clusterMajor` if a cluster exists already, else the newest.
    /// Throws ``StoreError/postgresNotInstalled(searched:)`` and
    /// ``StoreError/clusterVersionMismatch(path:cluster:programs:)``.
    package static func find(
        clusterMajor: String?, clusterPath: String, root: String = debianRoot,
        searchPath: String? = environmentPath
    ) throws(StoreError) -> PostgresPrograms {
        let found = installed(root: root, searchPath: searchPath)
        if let clusterMajor {
            if let match = found.first(where: { String($0.major) == clusterMajor }) { return match }
            if !found.isEmpty {
                throw .clusterVersionMismatch(
                    path: clusterPath, cluster: clusterMajor, programs: found.map { String($0.major) })
            }
        }
        guard let newest = found.first(where: { $0.major >= oldestMajor }) else {
            throw .postgresNotInstalled(searched: [root + "/*/bin", "PATH"])
        }
        return newest
    }

    /// Newest first; Debian's before those of the search path.
    private static func installed(root: String, searchPath: String?) -> [PostgresPrograms] {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let packaged = versions.compactMap(Int.init).sorted(by: >)
            .map { PostgresPrograms(directory: "\(root)/\($0)/bin", major: $0) }
            .filter { hasPrograms($0.directory) }
        let others = (searchPath ?? "").split(separator: ":").map(String.init).filter(hasPrograms)
            .compactMap { directory in
                version(of: directory + "/postgres").map { PostgresPrograms(directory: directory, major: $0) }
            }
        return packaged + others.sorted { $0.major > $1.major }
    }

    private static func hasPrograms(_ directory: String) -> Bool {
        directory.hasPrefix("/") && access(directory + "/initdb", X_OK) == 0
            && access(directory + "/postgres", X_OK) == 0
    }

    /// From `postgres (PostgreSQL) 15.20 (Debian …)`.
    private static func version(of program: String) -> Int? {
        guard let output = try? ChildProcess.run([program, "--version"], as: nil).output,
            let marker = output.firstRange(of: "(PostgreSQL) ")
        else { return nil }
        return Int(output[marker.upperBound...].prefix(while: \.isNumber))
    }
}
