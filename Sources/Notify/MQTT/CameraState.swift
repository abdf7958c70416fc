internal import Base
internal import Foundation

/// A camera as it stands: what is going on there.
public struct CameraState: Sendable, Equatable {
    /// Its name.
    public let camera: String
    /// The queries it is watched for.
    public let queries: [String]
    /// What goes on, by start.
    public let open: [Occurrence]

    /// Gathers the parts.
    public init(camera: String, queries: [String], open: [Occurrence]) {
        (self.camera, self.queries, self.open) = (camera, queries.sorted(), open)
    }

    /// The retained message: `ON` and `OFF` as home automation has them.
    var json: String {
        let incidents = open.filter { $0.kind != "blind" }
        let blind = open.first { $0.kind == "blind" }
        let going = Set(incidents.filter { $0.kind == "query" }.map(\.name))
        var state: [String: Any] = [
            "camera": camera, "incident": Self.word(!incidents.isEmpty), "blind": Self.word(blind != nil),
            "anomaly": Self.word(incidents.contains { $0.kind == "anomaly" }),
            "queries": Dictionary(
                queries.map { ($0, Self.word(going.contains($0))) }, uniquingKeysWith: { first, _ in first }),
        ]
        if let first = incidents.first { state["since"] = first.start.description }
        if let reason = blind?.name { state["reason"] = reason }
        return JSONObject.text(state)
    }

    private static func word(_ isOn: Bool) -> String { isOn ? "ON" : "OFF" }
}

/// JSON from plain values.
enum JSONObject {
    /// `object` on one line, keys sorted; `{}` for what is no JSON.
    static func text(_ object: [String: Any]) -> String {
        guard JSONSerialization.isValidJSONObject(object) else { return "{}" }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: object, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
