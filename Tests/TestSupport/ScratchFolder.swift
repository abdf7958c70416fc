public import Foundation

/// A folder of a test's own, removed with the value. It lies in `/var/tmp`, where the unprivileged user that a root
/// process becomes can reach it.
public final class ScratchFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Makes the folder.
    public init() throws {
        url = URL(filePath: "/var/tmp/alertd-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A file or folder inside.
    public func file(_ name: String) -> URL { url.appending(path: name) }

    /// A file inside with these contents; returns its path.
    public func write(_ name: String, _ contents: Data) throws -> String {
        try contents.write(to: file(name))
        return file(name).path
    }
}
