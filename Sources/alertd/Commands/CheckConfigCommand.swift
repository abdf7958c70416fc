import ArgumentParser
import Base
import Configuration
import Foundation
import Web

/// `alertd check-config`
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration, and print what is in effect without its secrets.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Print the reference of all keys, docs/ref/config.md, instead.") var printReference = false
    @Flag(help: "Print the JSON Schema for editors instead.") var printSchema = false

    private struct ProblemLine: Encodable {
        let file: String?
        let line: Int?
        let column: Int?
        let key: String
        let problem: String
        let allowed: String
        let text: String

        init(_ problem: ConfigurationProblem) {
            if case .file(let file, let line, let column) = problem.place {
                (self.file, self.line, self.column) = (file, line, column)
            } else {
                (file, line, column) = (nil, nil, nil)
            }
            key = problem.keyPath
            self.problem = problem.problem
            allowed = problem.allowed
            text = problem.description
        }
    }

    private struct SummaryLine: Encodable {
        let file: String?
        let cameras: [String]
        let queries: [String]
        let effective: String
    }

    func validate() throws {
        if printReference, printSchema {
            throw ValidationError("--print-reference and --print-schema exclude each other")
        }
    }

    func run() throws {
        if printReference { return StandardStreams.print(Self.withoutLastBreak(ConfigurationReference.markdown)) }
        if printSchema { return StandardStreams.print(Self.withoutLastBreak(ConfigurationSchema.json)) }
        let setup = ConfigurationSetup(options, environment: ProcessInfo.processInfo.environment)
        do {
            let configuration = try setup.read()
            _ = try AnomalySetup.sentences(options, environment: ProcessInfo.processInfo.environment)
            let effective = Self.withoutLastBreak(EffectiveConfiguration(configuration).yaml)
            guard options.json else { return StandardStreams.print(effective) }
            let line = SummaryLine(
                file: setup.file, cameras: configuration.cameras.map(\.name.name),
                queries: configuration.queries.map(\.name), effective: effective)
            StandardStreams.print(try JSONLine.text(line))
        } catch let error as ConfigurationError {
            guard options.json else {
                error.problems.forEach { StandardStreams.complain($0.description) }
                throw Failure(.badConfiguration, "")
            }
            for problem in error.problems { StandardStreams.print(try JSONLine.text(ProblemLine(problem))) }
            throw Failure(.badConfiguration, "")
        }
    }

    private static func withoutLastBreak(_ text: String) -> String {
        text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
