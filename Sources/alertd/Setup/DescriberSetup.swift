import ArgumentParser
import Configuration
import CoreMetrics
import Foundation
import Outbound
import Pipeline
import VLM

/// Which video-LLM a command uses.
struct DescriberOptions: ParsableArguments {
    @Option(
        help: """
            Video-LLM: a name from 'alertd models list', or the path of a SmolVLM2, VideoLLaMA3 or Video-LLaVA folder. \
            Else the configuration's models.describer.
            """)
    var describer: String?
    @Flag(help: "Compute in 32-bit floats instead of bytes: slower, four times the memory.") var exact = false

    /// Loads the describer to run on `engine`. Throws `ConfigurationError`, ``Failure`` and the errors of loading.
    func narrator(
        _ options: GlobalOptions, environment: [String: String], engine: InferenceEngine
    ) async throws -> EngineNarrator {
        let configuration = try ConfigurationSetup(options, environment: environment).read()
        let folder = try Self.folder(
            describer ?? configuration.models.describer, state: configuration.state, environment: environment)
        return try await EngineNarrator(
            folder: folder, engine: engine, isQuantised: !exact, keepingIn: StateFolder.quantised(configuration.state))
    }

    /// The folder of the describer called `name`, where `state` is the state directory.
    static func folder(_ name: String, state: String, environment: [String: String]) throws(Failure) -> URL {
        let folder = try ModelFolders(state: state, environment: environment)
            .folder(name, starter: "starter-describer")
        guard name != "starter" || ModelFolders.isModel(folder) else {
            throw Failure(
                .failed,
                "there is no bundled describer in \(folder.path); name the folder of a video-LLM with --describer")
        }
        return folder
    }
}

/// Makes narrators of what the configuration names.
enum DescriberSetup {
    /// The remote endpoints of the configuration as one narrator. Throws `RemoteFailure`.
    static func remote(
        _ describe: DescribeConfiguration, environment: [String: String],
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) throws(RemoteFailure) -> RemoteNarrator {
        let endpoints = describe.services.map { service in
            var endpoint = RemoteNarrator.Endpoint(
                name: service.name, url: service.url.revealed, model: service.model)
            (endpoint.inFlight, endpoint.timeLimit) = (service.inFlight, service.timeLimit)
            return endpoint
        }
        return try RemoteNarrator(
            endpoints, client: OutboundClient(NetworkSettings(environment: environment)), metrics: metrics)
    }
}
