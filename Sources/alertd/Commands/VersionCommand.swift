import ArgumentParser
import Ingest
import Web

/// `alertd version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of alertd and of the libraries it runs on.")

    @OptionGroup var options: GlobalOptions

    private struct Line: Encodable {
        let alertd: String
        let libraries: [String: String]
    }

    func run() throws {
        let libraries = LibraryVersions.all
        if options.json {
            StandardStreams.print(
                try JSONLine.text(
                    Line(
                        alertd: ProgramVersion.text,
                        libraries: Dictionary(libraries, uniquingKeysWith: { first, _ in first }))))
        } else {
            StandardStreams.print("alertd \(ProgramVersion.text)")
            for (name, version) in libraries { StandardStreams.print("  \(name) \(version)") }
        }
    }
}
