package import Anomaly
package import Base
internal import Foundation

/// The description of an event as a plain sentence from its own fields, for as long as no video-LLM has looked at it.
package enum TemplateDescription {
    /// How the row says where its description comes from.
    package static let origin = "template"

    /// One sentence about `event`, an anomaly's with its reason.
    package static func text(of event: Event, _ explanation: AnomalyExplanation? = nil) -> String {
        let seconds = String(format: "%.1f s", event.during.seconds)
        let place = event.box.flatMap(Self.place).map { ", " + $0 } ?? ""
        switch event.source {
        case .query(_, let text):
            let share = String(format: "%.2f", event.score)
            return "Matches “\(text)” for \(seconds)\(place) (probability \(share))."
        case .anomaly:
            if let reason = explanation?.reason {
                return "\(reason.prefix(1).uppercased())\(reason.dropFirst()), for \(seconds)\(place)."
            }
            return "Unlike what this camera has shown so far, for \(seconds)\(place)."
        case .blind(let reason):
            return "The camera could not be watched for \(seconds) (\(reason.rawValue))."
        }
    }

    /// The ninth of the picture in which the box's centre lies; nil when the box covers most of the picture.
    private static func place(_ box: Box) -> String? {
        if (box.right - box.left) * (box.bottom - box.top) > 0.5 { return nil }
        let columns = ["left", "centre", "right"]
        let rows = ["top", "middle", "bottom"]
        let column = columns[min(2, Int((box.left + box.right) / 2 * 3))]
        let row = rows[min(2, Int((box.top + box.bottom) / 2 * 3))]
        return row == "middle" && column == "centre" ? "in the middle" : "at the \(row) \(column)"
    }
}
