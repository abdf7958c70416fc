import Foundation

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "alertd-vlm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: path + "/" + name))
    }

    func write(_ json: [String: Any], to name: String) throws {
        try JSONSerialization.data(withJSONObject: json).write(to: URL(filePath: path + "/" + name))
    }

    func copy(_ url: URL) throws {
        try FileManager.default.copyItem(atPath: url.path, toPath: path + "/" + url.lastPathComponent)
    }
}
