import ArgumentParser
import Configuration
import Foundation
import Pipeline
import VLM

/// Which video-LLM a command uses.
struct DescriberOptions: ParsableArguments {
    @Option(
        help: """
            Video-LLM: 'starter', or the path of a SmolVLM2, VideoLLaMA3 or Video-LLaVA folder. Else the configuration's \
            models.describer.
            """)
    var describer: String?
    @Flag(help: "Compute in 32-bit floats instead of bytes: slower, four times the memory.") var exact = false

    /// Loads the describer to run on `engine`. Throws `ConfigurationError`, ``Failure`` and the errors of loading.
    func narrator(
        _ options: GlobalOptions, environment: [String: String], engine: InferenceEngine
    ) async throws -> EngineNarrator {
        let named = try describer ?? ConfigurationSetup(options, environment: environment).read().models.describer
        let folder = try Self.folder(named, environment: environment)
        return try await EngineNarrator(folder: folder, engine: engine, isQuantised: !exact)
    }

    /// The folder of a describer: the bundled one for `starter`, else the path itself.
    static func folder(_ name: String, environment: [String: String]) throws -> URL {
        guard name == "starter" else { return URL(filePath: name, directoryHint: .isDirectory) }
        let folder = try SharedFiles.locate(
            environment: environment, executable: SharedFiles.runningExecutable
        ).model("starter-describer")
        guard FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path) else {
            throw Failure(
                .failed,
                "there is no bundled describer in \(folder.path); name the folder of a video-LLM with --describer")
        }
        return folder
    }
}
