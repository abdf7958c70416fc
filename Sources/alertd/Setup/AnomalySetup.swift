import Anomaly
import Base
import Configuration
import Foundation
import Grounding
import Logging
import Pipeline
import VLM

/// What anomaly scoring needs from outside: the sentences and the state directory.
enum AnomalySetup {
    /// Name of the user's own sentence file, beside the configuration file.
    static let fileName = "sentences.txt"

    /// The sentences in force: the file beside the configuration file, else the one that belongs to the program. Throws
    /// `AnomalyError` that names the line which cannot be accepted, and ``Failure``.
    static func sentences(_ options: GlobalOptions, environment: [String: String]) throws -> SentenceList {
        let file = ConfigurationSetup(options, environment: environment).file
        let own = file.map { URL(filePath: $0).deletingLastPathComponent().appending(path: fileName) }
        if let own, FileManager.default.fileExists(atPath: own.path) { return try read(own) }
        let shared = try SharedFiles.locate(environment: environment, executable: SharedFiles.runningExecutable)
        return try read(shared.folder.appending(path: "anomaly/\(fileName)"))
    }

    /// The sentences as `engine` sees them; nil for an encoder that knows none.
    static func memory(_ list: SentenceList, _ engine: InferenceEngine, _ logger: Logger) async -> SentenceMemory? {
        do {
            return try await engine.sentences(list)
        } catch {
            logger.notice("anomalies are not compared with sentences: \(Failure(describing: error).message)")
            return nil
        }
    }

    /// Scoring of a camera's recordings.
    static func recordings(
        ceilingPerDay: Double, _ list: SentenceList, _ engine: InferenceEngine, state: URL, _ logger: Logger
    ) async -> AnomalyScoring {
        AnomalyScoring(
            ceilingPerDay: ceilingPerDay, sentences: await memory(list, engine, logger),
            archive: NormalityArchive(stateDirectory: state.path), kind: .recorded, logger: logger)
    }

    private static func read(_ file: URL) throws -> SentenceList {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw Failure(
                .failed, "cannot read the anomaly sentences from \(file.path): \(error.localizedDescription)")
        }
        do {
            return try SentenceFile.read([UInt8](data), name: file.path)
        } catch {
            throw Failure(.badConfiguration, "\(error)")
        }
    }
}
