import Foundation

/// The model folders that come with the program.
enum BundledModels {
    /// Every folder below `models` that holds a `config.json`, by name.
    static func all() throws -> [URL] {
        let models = try shared().folder.appending(path: "models", directoryHint: .isDirectory)
        let names = try FileManager.default.contentsOfDirectory(atPath: models.path).sorted()
        return names.map { models.appending(path: $0, directoryHint: .isDirectory) }
            .filter { FileManager.default.fileExists(atPath: $0.appending(path: "config.json").path) }
    }

    /// The folder of a bundled model (`starter` is short for the starter encoder), else the path itself.
    static func folder(_ nameOrPath: String) throws -> URL {
        let name = nameOrPath == "starter" ? "starter-encoder" : nameOrPath
        let isName = !name.contains("/")
        if isName, let folder = try all().first(where: { self.name(of: $0) == name }) { return folder }
        return URL(filePath: nameOrPath, directoryHint: .isDirectory)
    }

    /// The last part of the folder's path.
    static func name(of folder: URL) -> String { folder.lastPathComponent }

    private static func shared() throws -> SharedFiles {
        try SharedFiles.locate(
            environment: ProcessInfo.processInfo.environment, executable: SharedFiles.runningExecutable)
    }
}
