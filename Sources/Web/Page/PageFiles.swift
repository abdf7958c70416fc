internal import Base
internal import Foundation

/// The page's files. They are read when they are asked for, so that an update needs no restart; a name is looked up among
/// the folder's own entries, so that none leads out of it.
struct PageFiles: Sendable {
    /// What a file is, by the end of its name; others are not served.
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon", "webmanifest": "application/manifest+json",
        "txt": "text/plain; charset=utf-8",
    ]
    private static let mostBytes: Int64 = 4_000_000

    /// The folder; nil when the installation has none.
    let folder: URL?

    /// A file's bytes and media type.
    struct File: Sendable {
        let bytes: [UInt8]
        let type: String
    }

    /// The file called `name` in `subfolder`. Throws `notFound`.
    func file(_ name: String, in subfolder: String? = nil) throws(WebError) -> File {
        let parts = [subfolder, name].compactMap(\.self)
        guard let folder, parts.allSatisfy({ CameraID($0) != nil }),
            let type = name.split(separator: ".").last.flatMap({ Self.types[String($0)] }),
            let opened = OpenedFile(folder.appending(path: parts.joined(separator: "/")).path),
            opened.size <= Self.mostBytes
        else { throw .notFound("the page has no such file") }
        if opened.size == 0 { return File(bytes: [], type: type) }
        var bytes: [UInt8] = []
        while Int64(bytes.count) < opened.size {
            bytes += try opened.read(Int(opened.size) - bytes.count, at: Int64(bytes.count))
        }
        return File(bytes: bytes, type: type)
    }
}
