import Configuration
import Foundation
import Glibc
import Hub

/// Where the models of this machine are: those that came with the program, and those that were pulled.
struct ModelFolders {
    /// The folder of pulled models, below the state directory.
    let pulled: URL
    private let shared: SharedFiles

    /// The models beside the state directory `state`.
    init(state: String, environment: [String: String]) throws(Failure) {
        pulled = URL(filePath: state, directoryHint: .isDirectory).appending(
            path: "models", directoryHint: .isDirectory)
        shared = try SharedFiles.locate(environment: environment, executable: SharedFiles.runningExecutable)
    }

    /// The models that can be pulled by name. Throws `HubError`.
    var catalogue: ModelCatalogue {
        get throws(HubError) { try ModelCatalogue(path: shared.folder.appending(path: "models.json").path) }
    }

    /// The folder of the model that the configuration or a command calls `name`: a path, a pulled model, or a bundled one.
    /// `starter` is short for the bundled model `starter`.
    func folder(_ name: String, starter: String) throws(Failure) -> URL {
        if name.contains("/") { return URL(filePath: name, directoryHint: .isDirectory) }
        if name == "starter" { return shared.model(starter) }
        let candidates = [
            pulled.appending(path: name, directoryHint: .isDirectory), shared.model(name),
            URL(filePath: name, directoryHint: .isDirectory),
        ]
        if let found = candidates.first(where: Self.isModel) { return found }
        if (try? catalogue)?[name] != nil {
            throw Failure(.failed, "the model \(name) is not on this machine yet; run: alertd models pull \(name)")
        }
        throw Failure(
            .failed,
            "there is no model '\(name)' on this machine; 'alertd models list' shows those that there are, and a "
                + "folder is named by its path")
    }

    /// The folders of the bundled models, by name.
    func allBundled() -> [URL] { Self.models(in: shared.folder.appending(path: "models")) }

    /// The folders of the pulled ones, by name.
    func allPulled() -> [URL] { Self.models(in: pulled) }

    /// Whether a folder holds a model.
    static func isModel(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path)
    }

    private static func models(in folder: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
            .map { folder.appending(path: $0, directoryHint: .isDirectory) }.filter(isModel)
    }
}

extension ModelFolders {
    /// The models of the configuration that `options` name; a configuration that is wrong leaves the default state
    /// directory.
    init(_ options: GlobalOptions) throws(Failure) {
        let environment = ProcessInfo.processInfo.environment
        let setup = ConfigurationSetup(options, environment: environment)
        let state =
            (try? setup.read().state)
            ?? StateFolder.resolve(option: options.state, environment: environment, isRoot: geteuid() == 0).path
        try self.init(state: state, environment: environment)
    }
}
