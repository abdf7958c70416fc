import Foundation
import TestSupport

extension ScratchFolder {
    /// The folder's path.
    var path: String { url.path(percentEncoded: false).replacing(#//+$/#, with: "") }

    func write(_ bytes: [UInt8], to name: String) throws { _ = try write(name, Data(bytes)) }

    func write(_ json: [String: Any], to name: String) throws {
        _ = try write(name, JSONSerialization.data(withJSONObject: json, options: .sortedKeys))
    }

    func copy(_ source: URL) throws {
        try FileManager.default.copyItem(at: source, to: file(source.lastPathComponent))
    }
}
