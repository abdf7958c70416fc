import ArgumentParser
import Foundation
import VLM
import Web

extension ModelsCommand {
    /// `alertd models inspect`
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which recipe loads a model folder, how large it is, and all that stands in the way.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "Path of a folder as Hugging Face publishes it, or a name from 'alertd models list'.") var path:
            String

        private struct Line: Encodable {
            let path: String
            let recipe: String
            let parameters: Int
            let memoryBytes: [String: Int]
            let quantisationError: Double?
            let missingKeys: [String]
            let unknownKeys: [String]
            let problems: [String]
            let loadable: Bool
        }

        func run() throws {
            let folder = try ModelFolders(options).folder(path, starter: "starter-encoder")
            let inspection = try ModelInspection(folder: folder.path)
            if options.json {
                StandardStreams.print(
                    try JSONLine.text(
                        Line(
                            path: folder.path, recipe: inspection.recipe.rawValue, parameters: inspection.parameters,
                            memoryBytes: Dictionary(inspection.memory.map { ($0.precision, $0.bytes) }) { $1 },
                            quantisationError: inspection.quantisationError.map(Rounded.score),
                            missingKeys: inspection.missing, unknownKeys: inspection.unknown,
                            problems: inspection.problems, loadable: inspection.isLoadable)))
            } else {
                Self.lines(inspection).forEach(StandardStreams.print)
            }
            if !inspection.isLoadable {
                throw Failure(.failed, "\(folder.path): this folder cannot be loaded as it is")
            }
        }

        private static func lines(_ inspection: ModelInspection) -> [String] {
            let memory = inspection.memory.map { precision, bytes in
                "\(precision) \((Double(bytes) / 1e5).rounded() / 10) MB"
            }
            return [
                "recipe      \(inspection.recipe.rawValue): \(inspection.recipe.summary)",
                "parameters  \(inspection.parameters)", "memory      \(memory.joined(separator: ", "))",
                "in int8     "
                    + (inspection.quantisationError.map { "weights are off by \(Rounded.score($0 * 100)) %" }
                        ?? "unknown"),
                "missing     \(keys(inspection.missing))", "unknown     \(keys(inspection.unknown))",
            ] + inspection.problems.map { "problem     \($0)" }
        }

        private static func keys(_ keys: [String]) -> String {
            guard !keys.isEmpty else { return "none" }
            let shown = keys.prefix(20).joined(separator: ", ")
            return "\(keys.count): \(shown)" + (keys.count > 20 ? ", …" : "")
        }
    }
}
