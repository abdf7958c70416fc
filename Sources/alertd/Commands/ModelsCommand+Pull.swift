import ArgumentParser
import Base
import Foundation
import Hub
import Store
import Web

extension ModelsCommand {
    /// `alertd models pull`
    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch a published model and keep it under the state directory.",
            discussion: """
                The name is one of 'alertd models list', or ORGANISATION/MODEL[@REVISION] of Hugging Face. Every file is \
                compared with the digest that the hub lists and, where one is known, with the one that alertd knows. An \
                interrupted pull is gone on with by the same command. $ALERTD_MODELS_MIRROR, else $HF_ENDPOINT, names \
                another server; $HF_TOKEN is sent to Hugging Face and to $HF_ENDPOINT.
                """)

        @OptionGroup var options: GlobalOptions
        @Argument(help: "Name of the catalogue, or ORGANISATION/MODEL[@REVISION].") var name: String
        @Flag(help: "Agree to the licence without being asked.") var yes = false
        @Flag(help: "Fetch the newest revision, where none is pinned, in place of the one that is here.")
        var update = false
        @Option(
            name: .customLong("as"), help: ArgumentHelp("Name of the folder, if not the model's.", valueName: "name"))
        var folderName: String?
        @Option(help: "Seconds for which a connection may bring nothing before it is tried again.") var stall = 30

        private struct Line: Encodable {
            let name: String
            let path: String
            let repository: String
            let revision: String
            let licence: String
            let bytes: Int64
            let fetchedBytes: Int64
        }

        func validate() throws {
            guard (1...3600).contains(stall) else { throw ValidationError("--stall must lie in 1–3600") }
        }

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            let plan = try DatabaseSession.Plan(options, environment: environment)
            let here = try ModelFolders(state: plan.state.path, environment: environment)
            let entry = try entry(in: here.catalogue)
            let endpoint = try HubEndpoint(environment: environment)
            // What a server sends is nothing that root should read.
            try PrivilegeDrop.drop(to: try StateDirectory.prepare(plan.state.path))
            let client = HubClient(endpoint, stall: .seconds(stall), environment: environment)
            let line = try await Interruption.guarding {
                try await pull(entry, into: here.pulled, client)
            }
            if options.json { return StandardStreams.print(try JSONLine.text(line)) }
            StandardStreams.print(
                "\(line.name): \(ByteCount.text(Int(line.bytes))) in \(line.path), "
                    + (line.fetchedBytes == 0
                        ? "as published" : "\(ByteCount.text(Int(line.fetchedBytes))) of it fetched now"))
        }

        private func entry(in catalogue: ModelCatalogue) throws -> ModelEntry {
            if let known = catalogue[name] { return try known.named(folderName ?? known.name) }
            let repository = try HubRepository(name)
            return try ModelEntry(name: folderName ?? repository.folderName, repository: repository)
        }

        private func pull(_ entry: ModelEntry, into models: URL, _ client: HubClient) async throws -> Line {
            let place = models.appending(path: entry.name).path
            let installed = try ModelLock.of(folder: place)
            guard installed != nil || !FileManager.default.fileExists(atPath: place) else {
                throw Failure(.failed, "\(place) was not pulled, so it is not replaced; choose another name with --as")
            }
            let report = PullProgress(entry.name)
            defer { report.clear() }
            let pull = ModelPull(client: client) { report.show($0) }
            let plan = try await pull.plan(entry, earlier: update ? nil : installed)
            if let installed, installed == plan.lock {
                try installed.verify(folder: place)
                return line(plan, place, fetched: 0)
            }
            try agree(to: plan, from: client.endpoint.shown)
            let staging = try ModelStaging(models: models.path, name: entry.name)
            let missing = try pull.missing(plan, in: staging)
            try staging.requireRoom(for: missing)
            report.expect(plan.bytes)
            try await pull.fetch(plan, into: staging)
            return line(plan, place, fetched: missing)
        }

        private func line(_ plan: PullPlan, _ place: String, fetched: Int64) -> Line {
            Line(
                name: plan.entry.name, path: place, repository: plan.entry.repository, revision: plan.commit,
                licence: plan.licence, bytes: plan.bytes, fetchedBytes: fetched)
        }

        /// Shows the licence, and asks when a person is there.
        private func agree(to plan: PullPlan, from server: String) throws {
            StandardStreams.complain(
                """
                \(plan.entry.repository) at \(plan.commit.prefix(12)) from \(server)
                licence: \(plan.licence)
                \(plan.files.count) files, \(ByteCount.text(Int(plan.bytes)))
                """)
            if yes { return }
            guard StandardStreams.inputIsTerminal else {
                throw Failure(
                    .usage, "nobody is here to agree to the licence; read it, then run the command with --yes")
            }
            StandardStreams.writeToError("Agree and fetch? [y/N] ")
            guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
                throw Failure(.failed, "the licence was not agreed to; nothing was fetched")
            }
        }
    }
}
