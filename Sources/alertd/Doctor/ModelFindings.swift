import Configuration
import Foundation
import Pipeline
import VLM

/// Whether the models of the configuration can be loaded.
struct ModelFindings {
    let options: GlobalOptions
    let encoder: EncoderOptions
    let environment: [String: String]

    /// Larger describers are only looked at: loading one takes as long as at the daemon's start.
    private static let largestLoaded = 1 << 30

    /// The encoder's finding, and the engine on which it runs when it could be loaded.
    func encoderFinding() async -> (Finding, InferenceEngine?) {
        do {
            let engine = try encoder.engine(options, environment: environment)
            _ = try await engine.encode(text: "a person")
            let text = "width \(engine.width), \(engine.precision), digest \(engine.encoderDigest.prefix(12))"
            return (Finding("encoder", .ok, text), engine)
        } catch {
            return (Finding("encoder", failing: error), nil)
        }
    }

    /// The describer's finding; nil when nothing describes here.
    func describerFinding(_ configuration: Configuration, _ engine: InferenceEngine?) async -> Finding? {
        let (name, describe) = (configuration.models.describer, configuration.describe)
        guard describe.tokensPerHour > 0, describe.endpoint == .local else { return nil }
        do {
            let folder = try DescriberOptions.folder(
                name, state: configuration.state, environment: environment)
            let recipe = try Recipe(folder: folder.path)
            let bytes = Self.bytes(in: folder)
            guard let engine, bytes < Self.largestLoaded else {
                return Finding(
                    "describer", .ok,
                    "\(recipe.rawValue), \(ByteCount.text(bytes)), not loaded; to check it whole: alertd models verify "
                        + folder.path)
            }
            _ = try await EngineNarrator(folder: folder, engine: engine)
            return Finding("describer", .ok, "\(recipe.rawValue), \(ByteCount.text(bytes))")
        } catch {
            return Finding("describer", failing: error)
        }
    }

    /// What each remote endpoint says to a question about a small grey picture: a finding each; none where nothing is asked
    /// of any.
    func endpointFindings(_ configuration: Configuration) async -> [Finding] {
        let describe = configuration.describe
        guard describe.tokensPerHour > 0, !describe.services.isEmpty else { return [] }
        do throws(RemoteFailure) {
            let narrator = try DescriberSetup.remote(describe, environment: environment)
            return await narrator.health().map { name, model, failure in
                failure.map { Finding("describe \(name)", .failed, "\($0)") }
                    ?? Finding("describe \(name)", .ok, "\(model ?? "a model") answers")
            }
        } catch {
            return [Finding("describe", failing: error)]
        }
    }

    /// The folders that the configuration names by path, each with its finding's name.
    func folders(_ configuration: Configuration) -> [(String, URL)] {
        [("encoder", encoder.encoder ?? configuration.models.encoder), ("describer", configuration.models.describer)]
            .filter { $0.1.contains("/") }.map { ($0, URL(filePath: $1, directoryHint: .isDirectory)) }
    }

    private static func bytes(in folder: URL) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.reduce(0) { sum, name in
            let found = try? FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
            return sum + ((found?[.size] as? Int) ?? 0)
        }
    }
}
