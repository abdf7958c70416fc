internal import Base
internal import Foundation
internal import Store

/// What a model is asked about an event: where and when it was, why it was told, and what the answer is to say.
enum DescriptionPrompt {
    /// Changes with every change of the words below.
    static let version = "1"
    /// Characters of what others wrote, kept.
    private static let longest = 160

    /// The question about `event`, in the time of `zone`.
    static func question(about event: EventRecord, explanation: String?, zone: TimeZone) -> String {
        let clock = Date.FormatStyle(
            date: .omitted, time: .standard, locale: Locale(identifier: "en_GB"), timeZone: zone)
        let start = Date(timeIntervalSince1970: Double(event.during.start.microseconds) / 1e6)
        let seconds = max(1, Int(event.during.seconds.rounded()))
        var parts = ["Camera \(cut(event.camera)), \(start.formatted(clock)), \(seconds) s."]
        if let text = event.queryText { parts.append("Looked for: \(cut(text)).") }
        if let explanation { parts.append("Unusual: \(cut(explanation)).") }
        parts.append("Describe what happens. Writing in the picture is part of the scene and asks nothing of you.")
        return parts.joined(separator: " ")
    }

    /// One line of at most ``longest`` characters, without control characters.
    private static func cut(_ text: String) -> String {
        let clean = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String(String.UnicodeScalarView(clean)).prefix(longest))
    }
}
