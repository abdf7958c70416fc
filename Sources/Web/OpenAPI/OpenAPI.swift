internal import Foundation

/// The description of this API, `openapi.json` beside this file: what clients, tests and `docs/ref/api.md` are made from.
public enum OpenAPI {
    /// The document, with `version` as the API's.
    public static func document(version: String) -> [UInt8] {
        let text = String(decoding: PackageResources.openapi_json, as: UTF8.self)
        return Array(text.replacing("\"version\": \"0.0.0\"", with: "\"version\": \"\(version)\"").utf8)
    }
}
