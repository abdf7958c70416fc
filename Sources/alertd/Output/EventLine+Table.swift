import Anomaly
import Base
import Grounding
import Store
import Web

extension EventLine {
    /// The cells of a listing.
    var tableRow: [String] {
        [
            "\(row.id)", row.camera, row.during.start.description, "\(Rounded.milliseconds(row.during.seconds))",
            source, "\(Rounded.score(row.score))", row.anomalyScore.map { "\(Rounded.score($0))" } ?? "–",
            row.description ?? "",
        ]
    }

    /// One line a field.
    var fields: [String] {
        [
            "event        \(row.id)", "camera       \(row.camera)", "source       \(source)",
            "start        \(row.during.start) ± \(Rounded.milliseconds(row.startError)) s",
            "end          \(row.during.end) ± \(Rounded.milliseconds(row.endError)) s"
                + (row.isOpen ? " (still open)" : ""),
            "score        \(Rounded.score(row.score))",
            "anomaly      \(row.anomalyScore.map { "\(Rounded.score($0))" } ?? "–")",
            "description  \(row.description ?? "–") (\(row.descriptionOrigin ?? "none"))",
            "clock        \(row.clock.rawValue)",
            "box          \(row.box.map(Self.text) ?? "–")",
            "verdict      \(row.verdict ?? "–")",
        ] + (level.map { ["level        \(Self.text($0))"] } ?? [])
            + (explanation.map { ExplanationLines.lines($0, title: "reason") } ?? [])
    }

    /// What made the event, for people.
    var source: String {
        switch row.kind {
        case "query": row.query ?? "query"
        default: row.reason.map { "\(row.kind): \($0)" } ?? row.kind
        }
    }

    static func text(_ level: QueryLevel) -> String {
        let raised = level.raisedBy > 0 ? "raised by \(Rounded.score(level.raisedBy)) for this camera" : "as shipped"
        return level.basis == .history
            ? raised : raised + ", provisional: too little was watched to keep the ceiling of false alarms"
    }

    static func text(_ box: Box) -> String {
        "left \(Rounded.milliseconds(box.left)), top \(Rounded.milliseconds(box.top)), "
            + "right \(Rounded.milliseconds(box.right)), bottom \(Rounded.milliseconds(box.bottom))"
    }
}
