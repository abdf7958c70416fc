internal import Base
internal import Glibc

/// Where footage is: `<state>/clips/<camera>/<yyyy-mm-dd>/<start>-<end>.mp4`, thumbnails `<moment>.jpg`, in microseconds
/// since 1970; beside the days `….part` of what is being written. A file's name says all that its row does.
struct FootageFolder: Sendable {
    let paths: ClusterPaths

    init(_ paths: ClusterPaths) { self.paths = paths }

    /// A file as it lies there.
    struct File: Sendable {
        let path: String
        /// Below the folder `clips`.
        let name: String
        let kind: FootageRecord.Kind
        let during: TimeSpan
        let bytes: Int64
        /// When it was last written.
        let written: WallTime
    }

    /// The folder of one camera.
    func folder(of camera: CameraID) -> String { "\(paths.clips)/\(camera.name)" }

    /// The path below `clips` of a file that shows `span` of `camera`.
    static func name(_ camera: CameraID, _ kind: FootageRecord.Kind, _ span: TimeSpan) -> String {
        let (start, end) = (span.start.microseconds, span.end.microseconds)
        return switch kind {
        case .segment: "\(camera.name)/\(span.start.dayName)/\(start)-\(end).mp4"
        case .thumbnail: "\(camera.name)/\(span.start.dayName)/\(start).jpg"
        }
    }

    /// The camera's files, oldest first; what is being written is not among them.
    func files(of camera: CameraID) -> [File] {
        let folder = folder(of: camera)
        return directoryEntries(folder).filter(EncodingFolder.isDay).flatMap { day in
            directoryEntries("\(folder)/\(day)").compactMap { file("\(camera.name)/\(day)/\($0)") }
        }.sorted { $0.during.start < $1.during.start }
    }

    /// What is being written, or was when a process was killed.
    func parts(of camera: CameraID) -> [String] {
        let folder = folder(of: camera)
        return directoryEntries(folder).filter { $0.hasSuffix(".part") }.map { "\(folder)/\($0)" }
    }

    private func file(_ name: String) -> File? {
        let path = "\(paths.clips)/\(name)"
        let last = name.split(separator: "/").last ?? ""
        let stem = last.prefix { $0 != "." }
        let numbers = stem.split(separator: "-").compactMap { Int64($0) }.map { WallTime(microseconds: $0) }
        var status = stat()
        guard let start = numbers.first, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        let kind: FootageRecord.Kind = last.hasSuffix(".jpg") ? .thumbnail : .segment
        let written = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
        return File(
            path: path, name: name, kind: kind,
            during: TimeSpan(start: start, end: max(start, numbers.last ?? start)), bytes: Int64(status.st_size),
            written: WallTime(microseconds: written))
    }
}
