import Configuration
import Foundation
import Logging

/// The configuration of this process, from command line, environment, credentials and file.
struct ConfigurationSetup {
    /// The file that is read; nil when there is none and defaults do.
    let file: String?
    /// Where everything else comes from.
    let sources: ConfigurationSources

    init(_ options: GlobalOptions, environment: [String: String]) {
        var environment = environment
        if let state = environment["ALERTD_STATE"], !state.isEmpty {
            environment["ALERTD_STATE"] = Self.absolute(state)
        }
        file = ConfigurationFile.locate(option: options.config, environment: environment)
        sources = ConfigurationSources(
            commandLine: .init(
                database: options.database, state: options.state.map(Self.absolute),
                logLevel: options.logLevel?.rawValue),
            environment: environment, expansion: .system(environment: environment),
            defaultState: StateFolder.resolve(option: nil, environment: environment, isRoot: geteuid() == 0).path)
    }

    /// Reads the file anew.
    func read() throws(ConfigurationError) -> Configuration {
        guard let file else { return try sources.resolve(nil, file: ConfigurationFile.standardPath) }
        return try sources.resolve(fileAt: file)
    }

    private static func absolute(_ path: String) -> String {
        URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL.path
    }
}
