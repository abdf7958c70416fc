import Foundation
import TestSupport
import Testing

/// One folder of golden vectors: a top-level one (`grounding`) or one below `vlm` (`vlm/clip_tiny`).
struct VectorFolder: Sendable, CustomTestStringConvertible {
    /// As `pending.txt` writes it.
    let name: String
    let url: URL

    var testDescription: String { name }

    /// The folders that are bundled with the tests: those that stand nowhere else, and a few for machines without more.
    private static let bundled = Fixtures.folder.appending(path: "vectors", directoryHint: .isDirectory)

    /// Where most folders are: the shared vectors, else the bundled ones.
    static let root = Fixtures.vectors ?? bundled

    /// Every folder of the shared vectors, and every bundled one that is not among them, sorted by name.
    static func all() throws -> [VectorFolder] {
        let shared = try Fixtures.vectors.map(folders(in:)) ?? []
        let names = Set(shared.map(\.name))
        return (shared + (try folders(in: bundled)).filter { !names.contains($0.name) }).sorted { $0.name < $1.name }
    }

    /// Every folder below `root`; `vlm` stands for the folders inside it.
    private static func folders(in root: URL) throws -> [VectorFolder] {
        let top = try folders(below: root).filter { $0 != "vlm" }
        let models = try folders(below: root.appending(path: "vlm")).map { "vlm/" + $0 }
        return (top + models).map { VectorFolder(name: $0, url: root.appending(path: $0)) }
    }

    private static func folders(below url: URL) throws -> [String] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent)
    }

    /// The path of `file` in this folder.
    func path(_ file: String) -> String { url.appending(path: file).path }

    /// The object in `file`; nil when there is no such file.
    func json(_ file: String) throws -> [String: Any]? {
        guard let data = FileManager.default.contents(atPath: path(file)) else { return nil }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any]
    }
}
