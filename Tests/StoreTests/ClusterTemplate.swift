import Base
import Foundation
import Glibc
import Store
import TestSupport

/// Making a cluster takes seconds, copying one takes a fraction: it is made once.
final class Template: Sendable {
    private let made = Locked<String?>(nil)

    private static var path: String { "/tmp/alertd-template-\(getpid())" }

    init() { atexit { try? FileManager.default.removeItem(atPath: Template.path) } }

    /// A copy of the cluster, with its owners and modes.
    func copy(to path: String) throws {
        let source = try made.withLock { known throws -> String in
            if let known { return known }
            let source = Self.path
            let account = try StateDirectory.prepare(source)
            try ClusterFiles.make(stateDirectory: source, for: account)
            known = source
            return source
        }
        let process = try Process.run(URL(filePath: "/bin/cp"), arguments: ["-a", source, path])
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
