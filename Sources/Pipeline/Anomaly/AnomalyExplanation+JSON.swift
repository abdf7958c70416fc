internal import Anomaly
internal import Foundation

extension AnomalyExplanation {
    /// The form in which it is stored with its event.
    var json: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}
