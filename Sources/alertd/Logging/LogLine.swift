import Base
import Foundation
import Logging
import Web

/// The form of one line of the log.
enum LogForm: Sendable {
    /// With the moment in front: for people at a terminal.
    case text
    /// With journald's priority in front (sd-daemon(3)); the journal knows the moment.
    case journal
    /// One JSON object.
    case json

    /// The line for a message, without the line break.
    func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at time: WallTime) -> String {
        let fields = metadata.sorted { $0.key < $1.key }
        switch self {
        case .text:
            return "\(time) \(level.rawValue.uppercased()) " + Self.oneLine(message, fields)
        case .journal:
            return "<\(Self.priority(level))>" + Self.oneLine(message, fields)
        case .json:
            var object = ["time": "\(time)", "level": level.rawValue, "message": message]
            for (key, value) in fields { object[key] = "\(value)" }
            return (try? JSONLine.text(object)) ?? Self.oneLine(message, fields)
        }
    }

    /// The form of lines on standard error: the journal's when systemd connected it there (`JOURNAL_STREAM` names its
    /// device and inode, systemd.exec(5)).
    static func standardError(environment: [String: String]) -> LogForm {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0 else { return .text }
        return stream == "\(status.st_dev):\(status.st_ino)" ? .journal : .text
    }

    /// syslog(3)'s severities.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static func oneLine(_ message: String, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        let text = message + fields.map { " \($0.key)=\($0.value)" }.joined()
        return text.split(whereSeparator: \.isNewline).joined(separator: " | ")
    }
}
