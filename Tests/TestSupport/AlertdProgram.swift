public import Foundation
import Glibc

/// Runs the built `alertd` as a user would, and gives what it printed.
public enum AlertdProgram {
    /// What a run left behind.
    public struct Outcome: Sendable {
        /// Exit status; 128 + n when signal n ended it.
        public let status: Int32
        /// Standard output as it is.
        public let outputBytes: Data
        /// Standard output as text.
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

    /// Runs it to its end. `environment` is added to the test's own; `input` is what standard input holds.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> Outcome {
        try start(arguments, environment: environment, input: input).wait()
    }

    /// Starts it, for tests that signal it.
    public static func start(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> Running {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let folder = try ScratchFolder()
        process.standardInput =
            try input.map { text in
                try FileHandle(forReadingFrom: URL(filePath: try folder.write("input", Data(text.utf8))))
            } ?? FileHandle.nullDevice
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

        /// Blocks until standard output holds `count` lines or the program has ended; returns them.
        public func awaitLines(_ count: Int) throws -> [Substring] {
            try awaitText(in: output) { $0.count { $0 == "\n" } >= count }.split(separator: "\n")
        }

        /// Blocks until standard error holds `words` or the program has ended; returns what it holds.
        public func awaitErrors(containing words: String) throws -> String {
            try awaitText(in: errors) { $0.contains(words) }
        }

        private func awaitText(in file: URL, _ isEnough: (String) -> Bool) throws -> String {
            while true {
                let hasEnded = !process.isRunning
                let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
                if hasEnded || isEnough(text) { return text }
                usleep(20_000)
            }
        }

        /// Sends it a signal.
        public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// Waits for its end.
        public func wait() throws -> Outcome {
            process.waitUntilExit()
            let status =
                process.terminationReason == .uncaughtSignal
                ? 128 + process.terminationStatus : process.terminationStatus
            let bytes = try Data(contentsOf: output)
            return Outcome(
                status: status, outputBytes: bytes, output: String(decoding: bytes, as: UTF8.self),
                errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
    }
}
