import ArgumentParser
import Foundation
import Hub
import VLM
import Web

extension ModelsCommand {
    /// `alertd models list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the models that are here or can be pulled, or with --recipes what kinds can be loaded.")

        @OptionGroup var options: GlobalOptions
        @Flag(help: "List the kinds of models by the model_type of their config.json.") var recipes = false

        private struct Line: Encodable {
            let name: String
            /// `bundled`, `pulled` or `available`; nil for a kind.
            var status: String?
            var use: String?
            let recipe: String
            var parameters: Int?
            var bytes: Int64?
            var licence: String?
            var repository: String?
            var revision: String?
            let summary: String

            var isInstalled: Bool { status != "available" }
        }

        func run() throws {
            let lines = recipes ? Self.kinds : try models()
            if options.json {
                for line in lines { StandardStreams.print(try JSONLine.text(line)) }
                return
            }
            var table = Table(
                recipes ? ["RECIPE", "MODELS"] : ["NAME", "STATUS", "USE", "RECIPE", "SIZE", "LICENCE", "WHAT"])
            for line in lines {
                if recipes {
                    table.add([line.recipe, line.summary])
                } else {
                    let size = line.bytes.map { (line.isInstalled ? "" : "~") + ByteCount.text(Int($0)) } ?? ""
                    table.add([
                        line.name, line.status ?? "", line.use ?? "", line.recipe, size, line.licence ?? "",
                        line.summary,
                    ])
                }
            }
            for line in table.lines { StandardStreams.print(line) }
        }

        private static var kinds: [Line] {
            Recipe.allCases.map { Line(name: $0.rawValue, recipe: $0.rawValue, summary: $0.summary) }
        }

        /// The bundled ones, the pulled ones, and those of the catalogue that are not here.
        private func models() throws -> [Line] {
            let here = try ModelFolders(options)
            let catalogue = try here.catalogue
            let pulled = here.allPulled()
            let bundled = try here.allBundled().map { folder in
                try line(folder, status: "bundled", licence: "Apache-2.0", entry: nil)
            }
            let own = try pulled.map { folder in
                let lock = try ModelLock.of(folder: folder.path)
                return try line(
                    folder, status: "pulled", licence: lock?.licence, entry: catalogue[folder.lastPathComponent], lock)
            }
            let names = Set(pulled.map(\.lastPathComponent))
            let rest = catalogue.entries.filter { !names.contains($0.name) }.map { entry in
                Line(
                    name: entry.name, status: "available", use: entry.use.rawValue, recipe: entry.recipe,
                    bytes: entry.bytes, licence: entry.licence, repository: entry.repository, revision: entry.revision,
                    summary: entry.summary)
            }
            return bundled + own + rest
        }

        private func line(
            _ folder: URL, status: String, licence: String?, entry: ModelEntry?, _ lock: ModelLock? = nil
        ) throws -> Line {
            let recipe = try Recipe(folder: folder.path)
            let use = entry?.use.rawValue ?? Self.use(of: recipe)
            return Line(
                name: folder.lastPathComponent, status: status, use: use, recipe: recipe.rawValue,
                parameters: try recipe.parameters(folder: folder.path), bytes: lock?.bytes ?? Self.bytes(in: folder),
                licence: licence, repository: lock?.repository, revision: lock?.commit,
                summary: entry?.summary ?? recipe.summary)
        }

        private static func use(of recipe: Recipe) -> String? {
            if recipe.isEncoder { return ModelEntry.Use.encoder.rawValue }
            switch recipe {
            case .bert: return ModelEntry.Use.sentences.rawValue
            case .smolVLM, .videoLLaMA3, .videoLLaMA3Original, .videoLLaVA: return ModelEntry.Use.describer.rawValue
            default: return nil
            }
        }

        private static func bytes(in folder: URL) -> Int64 {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.reduce(0) { sum, name in
                let found = try? FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
                return sum + ((found?[.size] as? NSNumber)?.int64Value ?? 0)
            }
        }
    }
}
