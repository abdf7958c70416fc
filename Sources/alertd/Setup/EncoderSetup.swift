import ArgumentParser
import Configuration
import Foundation
import Grounding
import NN
import Pipeline

/// Which encoder a command uses.
struct EncoderOptions: ParsableArguments {
    @Option(
        help:
            "Encoder: 'starter', or the path of a CLIP, SigLIP or DINOv2 folder. Else the configuration's models.encoder."
    )
    var encoder: String?

    /// The encoder's folder. Throws `ConfigurationError` and ``Failure``.
    func folder(_ options: GlobalOptions, environment: [String: String]) throws -> URL {
        try folder(models(options, environment), environment)
    }

    private func models(_ options: GlobalOptions, _ environment: [String: String]) throws -> ModelsConfiguration {
        try ConfigurationSetup(options, environment: environment).read().models
    }

    private func folder(_ models: ModelsConfiguration, _ environment: [String: String]) throws -> URL {
        let encoder = encoder ?? models.encoder
        guard encoder == "starter" else { return URL(filePath: encoder, directoryHint: .isDirectory) }
        return try SharedFiles.locate(
            environment: environment, executable: SharedFiles.runningExecutable
        ).model("starter-encoder")
    }

    /// Loads the encoder and starts the engine. Throws `ConfigurationError`, ``Failure`` and the errors of loading.
    func engine(_ options: GlobalOptions, environment: [String: String]) throws -> InferenceEngine {
        let models = try models(options, environment)
        let folder = try folder(models, environment)
        // `auto` is none of them: the engine chooses.
        let precision = Precision(rawValue: models.precision.rawValue)
        let engine = try InferenceEngine(encoderFolder: folder, precision: precision)
        if !engine.constants.isFitted {
            StandardStreams.complain(
                "alertd: \(folder.path) has no grounding.json: scores use unfitted constants and are rough")
        }
        return engine
    }
}
