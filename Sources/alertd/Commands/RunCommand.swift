import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Web

/// `alertd run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch the configured cameras until SIGTERM: the daemon.",
        discussion: """
            SIGHUP reads the configuration again: cameras that changed begin anew, the others go on undisturbed, and a \
            wrong file changes nothing. SIGTERM and Ctrl-C close what is open, store it and exit 0. With --json the log is one JSON object a line.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let setup = ConfigurationSetup(options, environment: environment)
        let configuration = try setup.read()
        let cameras = try WatchedCameras(configuration)
        let sentences = try AnomalySetup.sentences(options, environment: environment)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let engine = try encoder.engine(options, environment: environment)
        let metrics = MetricRegistry()
        let narrator = try await Self.narrator(
            configuration, environment: environment, engine: engine, metrics: metrics)
        try await Daemon(
            configuration: configuration, cameras: cameras, setup: setup, plan: plan, engine: engine,
            sentences: sentences, narrator: narrator, sentenceEncoder: try SentenceSetup.encoder(configuration),
            metrics: metrics, environment: environment, logsJSON: options.json
        ).run()
    }

    /// The video-LLM of the configuration; nil when nothing is to be described, or none is bundled.
    private static func narrator(
        _ configuration: Configuration, environment: [String: String], engine: InferenceEngine,
        metrics: MetricRegistry
    ) async throws -> (any VideoNarrator)? {
        let (name, describe) = (configuration.models.describer, configuration.describe)
        guard describe.tokensPerHour > 0 else { return nil }
        if !describe.services.isEmpty {
            return try DescriberSetup.remote(describe, environment: environment, metrics: metrics)
        }
        let folder: URL
        do {
            folder = try DescriberOptions.folder(name, state: configuration.state, environment: environment)
        } catch  where name == "starter" {
            return nil
        }
        return try await EngineNarrator(
            folder: folder, engine: engine, keepingIn: StateFolder.quantised(configuration.state))
    }
}
