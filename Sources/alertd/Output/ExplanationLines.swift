import Anomaly
import Web

/// The reason for an anomaly as `events show` prints it.
enum ExplanationLines {
    /// One line a field, the first one headed `title`.
    static func lines(_ explanation: AnomalyExplanation, title: String) -> [String] {
        let rare =
            explanation.pValue > 0
            ? "1 in \(Int(min(1 / explanation.pValue, 1e9).rounded())) frames" : "never seen before"
        var lines = [
            row(title, explanation.reason),
            row("  lane", "\(explanation.lane.rawValue) (\(explanation.basis.rawValue))"),
            row("  p-value", "\(Rounded.score(explanation.pValue)): \(rare) around \(explanation.hour)"),
        ]
        if explanation.basis == .history {
            lines.append(row("  any hour", "\(Rounded.score(explanation.anyHourPValue))"))
        }
        lines.append(row("  raw score", "\(Rounded.score(explanation.rawScore))"))
        lines.append(row("  region", EventLine.text(explanation.box)))
        for (index, moment) in explanation.moments.enumerated() {
            lines.append(row(index == 0 ? "  nearest" : "", "\(moment)"))
        }
        for (index, sentence) in explanation.sentences.enumerated() {
            lines.append(row(index == 0 ? "  sentences" : "", "“\(sentence)”"))
        }
        if let category = explanation.category { lines.append(row("  category", category)) }
        return lines
    }

    private static func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 13 - name.count)) + text
    }
}
