import ArgumentParser
import Foundation
import VLM
import Web

/// `alertd models …`
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The models that alertd has or could load.",
        subcommands: [List.self, Inspect.self, Verify.self])
}

extension ModelsCommand {
    /// `alertd models list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the bundled models, or with --recipes what kinds of folders can be loaded.")

        @OptionGroup var options: GlobalOptions
        @Flag(help: "List the kinds of models by the model_type of their config.json.") var recipes = false

        private struct Line: Encodable {
            let name: String
            let recipe: String
            let parameters: Int?
            let summary: String
        }

        func run() throws {
            let lines = recipes ? Self.kinds : try bundled()
            if options.json {
                for line in lines { StandardStreams.print(try JSONLine.text(line)) }
                return
            }
            var table = Table(recipes ? ["RECIPE", "MODELS"] : ["NAME", "RECIPE", "PARAMETERS", "MODELS"])
            for line in lines {
                let parameters = line.parameters.map(String.init) ?? ""
                table.add(recipes ? [line.recipe, line.summary] : [line.name, line.recipe, parameters, line.summary])
            }
            for line in table.lines { StandardStreams.print(line) }
        }

        private static var kinds: [Line] {
            Recipe.allCases.map { Line(name: $0.rawValue, recipe: $0.rawValue, parameters: nil, summary: $0.summary) }
        }

        private func bundled() throws -> [Line] {
            try BundledModels.all().map { folder in
                let inspection = try ModelInspection(folder: folder.path)
                return Line(
                    name: BundledModels.name(of: folder), recipe: inspection.recipe.rawValue,
                    parameters: inspection.parameters, summary: inspection.recipe.summary)
            }
        }
    }

    /// `alertd models verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load models whole, which checks every file and every number; without a name, the bundled ones.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "Name of a bundled model, or path of a folder.") var models: [String] = []

        private struct Line: Encodable {
            let name: String
            let recipe: String
            let digest: String
        }

        func run() throws {
            let folders = models.isEmpty ? try BundledModels.all() : try models.map(BundledModels.folder)
            for folder in folders {
                let recipe = try Recipe(folder: folder.path)
                let line = Line(
                    name: BundledModels.name(of: folder), recipe: recipe.rawValue,
                    digest: try recipe.verify(folder: folder.path))
                StandardStreams.print(
                    options.json ? try JSONLine.text(line) : "ok  \(line.name) (\(line.recipe)) \(line.digest)")
            }
        }
    }
}
