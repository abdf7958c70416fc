import Foundation
import TestSupport

/// One run of the program in which a password plays a part.
struct SecretRun {
    /// How the run ends.
    enum End {
        /// By itself.
        case itself
        /// By a signal, once standard error holds these words.
        case signal(Int32, afterErrors: String)
    }

    let arguments: [String]
    var environment: [String: String] = [:]
    var input: String?
    var end = End.itself
    /// Exit status with the right password; with a wrong one it may differ.
    var status: Int32 = 0
}

/// Looks for secrets in whatever the program leaves behind.
struct SecretSearch {
    /// Each form in which the secret may travel.
    private let forms: [String]
    private(set) var findings: [String] = []
    /// Places that were looked at, so that a test can see that it looked at some.
    private(set) var places: Set<String> = []

    /// `password` of `user`, which is looked for as it is, percent-encoded, and as in an Authorization header.
    init(user: String, password: String) {
        let encoded = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? password
        forms = [password, encoded, encoded.lowercased(), Data("\(user):\(password)".utf8).base64EncodedString()]
    }

    /// Looks at a text that came from `place`.
    mutating func look(at text: some Sequence<UInt8>, from place: String) {
        places.insert(place)
        let text = String(decoding: Array(text), as: UTF8.self)
        for form in forms where text.contains(form) { findings.append("\(place) holds \(form)") }
    }

    /// Looks at every file below `folder`.
    mutating func look(into folder: URL) throws {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            look(at: file.path.utf8, from: "a file's name")
            // A server that is running may remove a file meanwhile.
            if let data = try? Data(contentsOf: file) { look(at: data, from: file.path) }
        }
    }

    /// Looks at the command line of `program` and of every process that works in its name: `ps` shows them to all.
    mutating func lookAtProcesses(of program: Int32) {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
        for number in numbers {
            guard let line = try? Data(contentsOf: URL(filePath: "/proc/\(number)/cmdline")) else { continue }
            // The test's camera is told the password on its command line.
            if String(decoding: line, as: UTF8.self).contains("rtsp-server.py") { continue }
            look(at: line, from: number == program ? "the command line" : "another process's command line")
        }
    }

    /// Does `run`, looking at everything on the way. Returns how it ended.
    mutating func watch(_ run: SecretRun) throws -> AlertdProgram.Outcome {
        let running = try AlertdProgram.start(run.arguments, environment: run.environment, input: run.input)
        lookAtProcesses(of: running.identifier)
        if case .signal(let number, let words) = run.end {
            _ = try running.awaitErrors(containing: words)
            lookAtProcesses(of: running.identifier)
            running.signal(number)
        }
        let outcome = try running.wait()
        let name = run.arguments.prefix(2).joined(separator: " ")
        look(at: outcome.outputBytes, from: "the output of \(name)")
        look(at: outcome.errors.utf8, from: "the errors of \(name)")
        return outcome
    }
}
