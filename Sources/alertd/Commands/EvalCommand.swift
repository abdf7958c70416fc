import ArgumentParser

/// `alertd eval …`
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Compute published metrics from files, or what they are computed from. Needs no database.",
        subcommands: [
            EvalGroundingCommand.self, EvalAnomalyCommand.self, EvalScoresCommand.self, EvalSpansCommand.self,
            EvalSearchCommand.self,
        ])
}
