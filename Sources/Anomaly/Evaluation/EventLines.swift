internal import Base
internal import Foundation

/// Reads incidents, alarms and watched time from JSON lines, as `alertd events list --json` and `alertd coverage --json`
/// print them: `camera`, `start`, `end`, and where they apply `opened_at`, `score`, `class`, `kind` and `state`.
///
/// Times are RFC 3339, or seconds as numbers.
package enum EventLines {
    /// Lines with `class` or without.
    package static func incidents(_ text: String, file: String) throws(AnomalyError) -> [EventMetrics.Incident] {
        try lines(text, file).map {
            .init(camera: $0.camera, start: $0.start.seconds, end: $0.end.seconds, category: $0.category ?? "incident")
        }
    }

    /// Lines of another `kind` than `anomaly` are left out.
    package static func alarms(_ text: String, file: String) throws(AnomalyError) -> [EventMetrics.Alarm] {
        try lines(text, file).filter { $0.kind.map { $0 == "anomaly" } ?? true }.map {
            .init(
                camera: $0.camera, start: $0.start.seconds, openedAt: ($0.openedAt ?? $0.start).seconds,
                end: $0.end.seconds, score: $0.score)
        }
    }

    /// Lines of another `state` than `watched` are left out.
    package static func watched(_ text: String, file: String) throws(AnomalyError) -> [EventMetrics.Watch] {
        try lines(text, file).filter { $0.state.map { $0 == "watched" } ?? true }.map {
            .init(camera: $0.camera, start: $0.start.seconds, end: $0.end.seconds)
        }
    }

    private struct Moment: Decodable {
        let seconds: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self), abs(number) < 1e12 {
                seconds = number
                return
            }
            guard let time = WallTime(rfc3339: try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time")
            }
            seconds = Double(time.microseconds) / 1e6
        }
    }

    private struct Line: Decodable {
        let camera: String
        let start: Moment
        let end: Moment
        let openedAt: Moment?
        let score: Double?
        let category: String?
        let kind: String?
        let state: String?

        enum CodingKeys: String, CodingKey {
            case camera, start, end, score, kind, state
            case openedAt = "opened_at"
            case category = "class"
        }
    }

    private static func lines(_ text: String, _ file: String) throws(AnomalyError) -> [Line] {
        var found: [Line] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            guard let entry = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)),
                entry.start.seconds <= entry.end.seconds
            else {
                throw .evaluation(
                    file: file, line: index + 1,
                    problem: "expected an object with camera, start and end, start not after end")
            }
            found.append(entry)
        }
        return found
    }
}
