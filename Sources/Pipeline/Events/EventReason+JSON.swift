internal import Anomaly
internal import Foundation
internal import Grounding

extension AnomalyExplanation {
    /// The form in which it is stored with its event.
    var json: String? { StoredJSON.text(self) }
}

extension QueryLevel {
    /// The form in which it is stored with its event.
    var json: String? { StoredJSON.text(self) }
}

private enum StoredJSON {
    static func text(_ value: some Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }
}
