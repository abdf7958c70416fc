import Foundation
import TestSupport
import Testing

/// Reads a vector folder of the grounding form: every file is told by what it holds, not by its name.
enum GroundingParity {
    /// The forms of files, with how each is checked.
    enum Form: String, CaseIterable, Sendable {
        case localiser, similarity, selection, pipeline, metrics, postprocessing, procedural, forward, checkpoint

        /// The form of `file`; nil for none of these.
        init?(_ file: URL) throws {
            switch file.pathExtension {
            case "safetensors": self = .forward
            case "ckpt", "pt", "pth": self = .checkpoint
            case "json":
                let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
                let keys = Set((json as? [String: Any] ?? (json as? [[String: Any]])?.first ?? [:]).keys)
                let marks: [(Form, String)] = [
                    (.localiser, "max_stride"), (.similarity, "video_features_fp16"), (.selection, "select_proposal"),
                    (.pipeline, "similarity_curves"), (.metrics, "ground_truth"), (.postprocessing, "eval_mode"),
                    (.procedural, "weights"),
                ]
                guard let form = marks.first(where: { keys.contains($0.1) })?.0 else { return nil }
                self = form
            default: return nil
            }
        }

        func check(_ file: URL) throws {
            switch self {
            case .localiser: try LocaliserParity.check(file)
            case .similarity: try FusionParity.checkSimilarity(file)
            case .selection: try FusionParity.checkSelection(file)
            case .pipeline: try FusionParity.checkPipeline(file)
            case .metrics: try MetricsParity.check(file)
            case .postprocessing: try RankingParity.check(file)
            case .procedural: try UniVTGParity.checkProcedural(file)
            case .forward: try UniVTGParity.checkForward(file)
            case .checkpoint: try UniVTGParity.checkCheckpoint(file)
            }
        }
    }

    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.name == "grounding" && !files(in: folder.url).isEmpty
    }

    /// Every file of the folder has a form; ``GroundingVectorTests`` checks each on its own.
    static func check(_ folder: VectorFolder) throws {
        for file in try files(in: folder.url) {
            #expect(try Form(file) != nil, "\(folder.name)/\(file.lastPathComponent) has a form that is not known")
        }
    }

    /// The files of a folder that hold numbers, by name.
    static func files(in folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !["md", "txt"].contains($0.pathExtension) && !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.path < $1.path }
    }

    /// Reads `file`, keys in snake case, the strings "NaN" and "Infinity" as numbers.
    static func decoded<Value: Decodable>(_ type: Value.Type, from file: URL) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try decoder.decode(type, from: Data(contentsOf: file))
    }
}

/// One file of golden numbers.
struct GroundingFile: Sendable, CustomTestStringConvertible {
    let url: URL
    var testDescription: String { url.lastPathComponent }

    /// The files of every grounding folder.
    static func all() throws -> [GroundingFile] {
        try VectorFolder.all().filter(GroundingParity.isReader).flatMap { folder in
            try GroundingParity.files(in: folder.url).map { GroundingFile(url: $0) }
        }
    }
}

@Suite("grounding vectors", .tags(.parity), .timeLimit(.minutes(5)))
struct GroundingVectorTests {
    @Test("a file of grounding vectors is reproduced", arguments: try GroundingFile.all())
    func file(_ file: GroundingFile) throws {
        let form = try #require(try GroundingParity.Form(file.url), "\(file.testDescription): no such form")
        try form.check(file.url)
    }
}
