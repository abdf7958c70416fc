import ArgumentParser

/// `alertd eval …`
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Compute published metrics from files of predictions. Needs no model and no database.",
        subcommands: [EvalGroundingCommand.self, EvalAnomalyCommand.self, EvalSearchCommand.self])
}
