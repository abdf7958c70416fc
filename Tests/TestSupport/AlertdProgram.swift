public import Foundation
import Glibc

/// Runs the built `alertd` as a user would, and gives what it printed.
public enum AlertdProgram {
    /// What a run left behind.
    public struct Outcome: Sendable {
        /// Exit status; 128 + n when signal n ended it.
        public let status: Int32
        /// Standard output.
        public let output: String
        /// Standard error.
        public let errors: String

        /// The lines of standard output.
        public var lines: [Substring] { output.split(separator: "\n") }

        /// The lines of standard error.
        public var errorLines: [Substring] { errors.split(separator: "\n") }
    }

    /// The program, beside the test runner in the build folder.
    public static var executable: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "alertd")
    }

    /// Runs it to its end. `environment` is added to the test's own.
    public static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try start(arguments, environment: environment).wait()
    }

    /// Starts it, for tests that signal it.
    public static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Running {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let folder = try ScratchFolder()
        let (output, errors) = (folder.file("output"), folder.file("errors"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return Running(process: process, folder: folder, output: output, errors: errors)
    }

    /// A run under way.
    public struct Running {
        let process: Process
        let folder: ScratchFolder
        let output: URL
        let errors: URL

        /// Its process number.
        public var identifier: Int32 { process.processIdentifier }

        /// Whether it has not ended yet.
        public var isRunning: Bool { process.isRunning }

        /// What it has written to standard error so far.
        public func errorsSoFar() throws -> String { try String(contentsOf: errors, encoding: .utf8) }

        /// Sends it a signal.
        public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// Waits for its end.
        public func wait() throws -> Outcome {
            process.waitUntilExit()
            let status =
                process.terminationReason == .uncaughtSignal
                ? 128 + process.terminationStatus : process.terminationStatus
            return Outcome(
                status: status, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }
}
