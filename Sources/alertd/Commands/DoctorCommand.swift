import ArgumentParser
import Foundation
import Web

/// `alertd doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that this machine has what alertd needs, and say what to do where it does not.",
        discussion: """
            A line a thing: 'ok', 'warn' for what is good to know, 'FAIL' for what has to be mended; the exit code is 2 \
            when anything failed. Every camera of the configuration is connected to for a moment.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @Flag(help: "Do not connect to the cameras.") var skipCameras = false

    func run() async throws {
        let examination = Examination(
            options: options, encoder: encoder, asksCameras: !skipCameras,
            environment: ProcessInfo.processInfo.environment)
        let isJSON = options.json
        let isWhole = try await Interruption.guarding {
            await examination.run { finding in
                StandardStreams.print(isJSON ? (try? JSONLine.text(finding)) ?? finding.text : finding.text)
            }
        }
        if !isWhole { throw Failure(.failed, "") }
    }
}
