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
            "Encoder: a name from 'alertd models list', or a folder's path. Else the configuration's models.encoder."
    )
    var encoder: String?

    /// The encoder's folder. Throws `ConfigurationError` and ``Failure``.
    func folder(_ options: GlobalOptions, environment: [String: String]) throws -> URL {
        try folder(ConfigurationSetup(options, environment: environment).read(), environment)
    }

    private func folder(_ configuration: Configuration, _ environment: [String: String]) throws(Failure) -> URL {
        try ModelFolders(state: configuration.state, environment: environment)
            .folder(encoder ?? configuration.models.encoder, starter: "starter-encoder")
    }

    /// What the configuration says the encoder computes with; nil leaves the choice to its size. Throws `ConfigurationError`.
    func precision(_ options: GlobalOptions, environment: [String: String]) throws -> Precision? {
        Precision(rawValue: try ConfigurationSetup(options, environment: environment).read().models.precision.rawValue)
    }

    /// Loads the encoder and starts the engine. Throws `ConfigurationError`, ``Failure`` and the errors of loading.
    func engine(_ options: GlobalOptions, environment: [String: String]) throws -> InferenceEngine {
        let configuration = try ConfigurationSetup(options, environment: environment).read()
        let folder = try folder(configuration, environment)
        // `auto` is none of them: the engine chooses.
        let precision = Precision(rawValue: configuration.models.precision.rawValue)
        let engine = try InferenceEngine(encoderFolder: folder, precision: precision)
        if !engine.constants.isFitted {
            StandardStreams.complain(
                "alertd: \(folder.path) has no grounding.json: scores use unfitted constants and are rough")
        }
        return engine
    }
}
