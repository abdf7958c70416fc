import ArgumentParser
import Foundation
import Hub
import VLM
import Web

/// `alertd models …`
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The models that alertd has or could load.",
        subcommands: [List.self, Pull.self, Inspect.self, Verify.self])
}

extension ModelsCommand {
    /// `alertd models verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load models whole, which checks every file and every number; without a name, all that are here.",
            discussion: "The files of a model that was pulled are first compared with the digests of that time.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "Name of a model on this machine, or path of a folder.") var models: [String] = []

        private struct Line: Encodable {
            let name: String
            let recipe: String
            let digest: String
            let files: Int?
        }

        func run() throws {
            let here = try ModelFolders(options)
            let folders =
                models.isEmpty
                ? here.allBundled() + here.allPulled()
                : try models.map { try here.folder($0, starter: "starter-encoder") }
            for folder in folders {
                let lock = try ModelLock.of(folder: folder.path)
                try lock?.verify(folder: folder.path)
                let recipe = try Recipe(folder: folder.path)
                let line = Line(
                    name: folder.lastPathComponent, recipe: recipe.rawValue,
                    digest: try recipe.verify(folder: folder.path), files: lock?.files.count)
                let pulled = line.files.map { ", \($0) files as published" } ?? ""
                StandardStreams.print(
                    options.json
                        ? try JSONLine.text(line) : "ok  \(line.name) (\(line.recipe)\(pulled)) \(line.digest)")
            }
        }
    }
}
