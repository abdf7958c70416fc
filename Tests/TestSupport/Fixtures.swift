public import Foundation

/// Places that tests read from.
public enum Fixtures {
    /// `Tests/Fixtures` of this checkout.
    public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures", directoryHint: .isDirectory)

    /// The checkout's root.
    public static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

    /// Golden vectors: `ALERTD_VECTORS`, else `../shared/vectors` beside the checkout; nil when there are none.
    public static let vectors = existing(environment: "ALERTD_VECTORS", default: "../shared/vectors")

    /// Media and texts: `ALERTD_MEDIA`, else `../shared/data` beside the checkout; nil when there are none.
    public static let media = existing(environment: "ALERTD_MEDIA", default: "../shared/data")

    private static func existing(environment name: String, default path: String) -> URL? {
        let chosen = ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
        let url = chosen.map { URL(filePath: $0) } ?? root.appending(path: path).standardizedFileURL
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
}
