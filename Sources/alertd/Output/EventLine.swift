import Anomaly
import Base
import Store

/// An event as `events list` and `events show` print it.
struct EventLine: Encodable {
    private let row: EventRecord

    private let explanation: AnomalyExplanation?

    init(_ row: EventRecord) {
        self.row = row
        explanation = ExplanationLines.read(row.explanation)
    }

    enum Key: String, CodingKey {
        case id, camera, kind, reason, query, start, end, startErrorSeconds, endErrorSeconds, open, score
        case anomalyScore, description, descriptionOrigin, clock, box, explanation, verdict
    }

    /// All keys are always there; what is not known is null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.id, forKey: .id)
        try container.encode(row.camera, forKey: .camera)
        try container.encode(row.kind, forKey: .kind)
        try container.encode(row.reason, forKey: .reason)
        try container.encode(row.query, forKey: .query)
        try container.encode(row.during.start.description, forKey: .start)
        try container.encode(row.during.end.description, forKey: .end)
        try container.encode(Rounded.milliseconds(row.startError), forKey: .startErrorSeconds)
        try container.encode(Rounded.milliseconds(row.endError), forKey: .endErrorSeconds)
        try container.encode(row.isOpen, forKey: .open)
        try container.encode(Rounded.score(row.score), forKey: .score)
        try container.encode(row.anomalyScore.map(Rounded.score), forKey: .anomalyScore)
        try container.encode(row.description, forKey: .description)
        try container.encode(row.descriptionOrigin, forKey: .descriptionOrigin)
        try container.encode(row.clock.rawValue, forKey: .clock)
        try container.encode(row.box, forKey: .box)
        try container.encode(explanation, forKey: .explanation)
        try container.encode(row.verdict, forKey: .verdict)
    }

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
        ] + (explanation.map { ExplanationLines.lines($0, title: "reason") } ?? [])
    }

    /// What made the event, for people.
    var source: String {
        switch row.kind {
        case "query": row.query ?? "query"
        default: row.reason.map { "\(row.kind): \($0)" } ?? row.kind
        }
    }

    static func text(_ box: Box) -> String {
        "left \(Rounded.milliseconds(box.left)), top \(Rounded.milliseconds(box.top)), "
            + "right \(Rounded.milliseconds(box.right)), bottom \(Rounded.milliseconds(box.bottom))"
    }
}
