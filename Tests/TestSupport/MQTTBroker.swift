import Base
import Foundation
import Glibc

/// Debian's mosquitto on 127.0.0.1, in a process of its own, with a subscriber that notes everything that is published. Both
/// keep what they know when the broker is stopped and started again. End with this object.
public final class MQTTBroker: Sendable {
    /// A message that the subscriber got.
    public struct Message: Sendable {
        /// Where it was published.
        public let topic: String
        /// What.
        public let payload: String
    }

    /// The broker's TCP port.
    public let port: Int
    private let folder: ScratchFolder
    private let broker: Locked<Process?>
    private let subscriber: Process
    private let login: [String]

    /// Starts the broker on a free port; with `user` and `password` nobody else may connect.
    public init(user: String? = nil, password: String? = nil) throws {
        folder = try ScratchFolder()
        port = try SilentPort(.refuses).number
        // The broker gives up root for a user of its own, which writes here.
        let state = folder.file("state")
        try FileManager.default.createDirectory(
            at: state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o777])
        var settings = """
            listener \(port) 127.0.0.1
            persistence true
            persistence_location \(state.path)/

            """
        if let user, let password {
            let file = folder.file("passwords").path
            try Self.run("/usr/bin/mosquitto_passwd", ["-b", "-c", file, user, password]).waitUntilExit()
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            settings += "allow_anonymous false\npassword_file \(file)\n"
            login = ["-u", user, "-P", password]
        } else {
            settings += "allow_anonymous true\n"
            login = []
        }
        _ = try folder.write("mosquitto.conf", Data(settings.utf8))
        broker = Locked(try Self.launch(folder))
        // The subscriber ends when nobody listens yet.
        try Self.waitForListener(port, login)
        _ = FileManager.default.createFile(atPath: folder.file("messages").path, contents: nil)
        subscriber = Process()
        subscriber.executableURL = URL(filePath: "/usr/bin/mosquitto_sub")
        subscriber.arguments =
            ["-p", "\(port)", "-q", "1", "-c", "-i", "journal", "-t", "#", "-F", "%j"] + login
        subscriber.standardOutput = try FileHandle(forWritingTo: folder.file("messages"))
        subscriber.standardError = FileHandle.nullDevice
        try subscriber.run()
        try waitForSubscriber()
    }

    deinit {
        for process in [subscriber, broker.withLock { $0 }] {
            guard let process, process.isRunning else { continue }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Stops the broker.
    public func stop() {
        broker.withLock { process in
            guard let running = process else { return }
            kill(running.processIdentifier, SIGTERM)
            running.waitUntilExit()
            process = nil
        }
    }

    /// Starts it again on its port.
    public func start() throws {
        let process = try Self.launch(folder)
        broker.withLock { $0 = process }
    }

    /// What was published so far, in order.
    public var messages: [Message] {
        let text = (try? String(contentsOf: folder.file("messages"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let topic = object["topic"] as? String, let payload = object["payload"]
            else { return nil }
            // The subscriber writes a payload that is JSON as JSON.
            if let text = payload as? String { return Message(topic: topic, payload: text) }
            let data = try? JSONSerialization.data(
                withJSONObject: payload, options: [.sortedKeys, .withoutEscapingSlashes])
            return Message(topic: topic, payload: String(decoding: data ?? Data(), as: UTF8.self))
        }
    }

    /// The retained messages that a new subscriber gets, by topic.
    public func retained(_ pattern: String = "#") throws -> [String: String] {
        let output = Pipe()
        let arguments =
            ["-p", "\(port)", "-t", pattern, "--retained-only", "-W", "2", "-F", "%t %p"] + login
        let process = try Self.run("/usr/bin/mosquitto_sub", arguments, output: output)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let words = line.split(separator: " ", maxSplits: 1)
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    /// Until a message goes all the way round.
    private func waitForSubscriber() throws {
        for _ in 0..<100 {
            let arguments = ["-p", "\(port)", "-t", "ready", "-m", "{}"] + login
            try Self.run("/usr/bin/mosquitto_pub", arguments).waitUntilExit()
            if messages.contains(where: { $0.topic == "ready" }) { return }
            usleep(50_000)
        }
        throw RTSPServer.Failure(
            description: "the MQTT subscriber gets nothing (scripts/bootstrap installs mosquitto-clients)")
    }

    private static func waitForListener(_ port: Int, _ login: [String]) throws {
        for _ in 0..<200 {
            let knock = try run("/usr/bin/mosquitto_pub", ["-p", "\(port)", "-t", "knock", "-m", "{}"] + login)
            knock.waitUntilExit()
            if knock.terminationStatus == 0 { return }
            usleep(50_000)
        }
        throw RTSPServer.Failure(description: "the MQTT broker does not listen (scripts/bootstrap installs mosquitto)")
    }

    /// A thread of a test may have its signals blocked, and its child would never see the one that ends it, or wakes it.
    private static let unblocked = """
        import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execv(sys.argv[1], sys.argv[1:])
        """

    private static func launch(_ folder: ScratchFolder) throws -> Process {
        try run("/usr/sbin/mosquitto", ["-c", folder.file("mosquitto.conf").path])
    }

    private static func run(_ program: String, _ arguments: [String], output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", unblocked, program] + arguments
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
