public import ArgumentParser
import Foundation
public import Logging

/// Options that every command understands.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Configuration file; else $ALERTD_CONFIG, else /etc/alertd/alertd.yaml.", valueName: "file"))
    var config: String?

    @Option(help: "PostgreSQL to use: a libpq URL, or 'embedded' for a private one under the state directory.")
    var database: String?

    @Option(help: ArgumentHelp("Directory for what alertd writes.", valueName: "dir"))
    var state: String?

    @Option(help: "Least severity that is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level?

    @Flag(help: "Print one JSON object a line instead of a table.")
    var json = false

    /// The program's logger: lines on standard error, at and above the chosen level.
    var logger: Logger {
        var logger = Logger(label: "alertd") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel ?? .warning
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
