public import Base
import Glibc

/// Erases from the files of a state directory, on a thread of its own. A daemon may be writing to them meanwhile.
public actor FileErasure {
    private let executor: ThreadExecutor
    private let paths: ClusterPaths

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Erases below `stateDirectory`.
    public init(stateDirectory: String) {
        executor = ThreadExecutor(name: "erase")
        paths = ClusterPaths(stateDirectory: stateDirectory)
    }

    /// Removes what was seen by `camera` in `span` from every file, whatever encoder made it, and returns how many
    /// encodings that were. Their bytes are overwritten.
    public func eraseEncodings(of camera: CameraID, during span: TimeSpan) throws(StoreError) -> Int {
        var erased = 0
        for file in EncodingFolder.files(paths, camera) {
            guard let day = WallTime(rfc3339: file.day + "T00:00:00Z"), day < span.end,
                day.advanced(bySeconds: 86_400) > span.start
            else { continue }
            let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { throw EncodingFile.failure("open", file.path) }
            defer { close(descriptor) }
            guard let encoder = EncodingFormat.encoder(inHeader: try EncodingFile.header(descriptor, file.path)) else {
                throw .encodingFile(path: file.path, step: "erase from", why: "its header is damaged")
            }
            erased += try EncodingFile(file.path, encoder: encoder).erase(span)
        }
        return erased
    }

    /// Removes what waits in the spool of `camera` and `span`: whole events that touch it, and samples inside it.
    /// Returns how many records were touched.
    public func eraseSpool(of camera: CameraID, during span: TimeSpan) throws(StoreError) -> Int {
        var touched = 0
        for name in directoryEntries(paths.spool).filter({ $0.hasSuffix(".spool") }).sorted() {
            touched += try SpoolSegment(opening: paths.spool + "/" + name).rewrite { Self.rest(of: $0, camera, span) }
        }
        return touched
    }

    /// Removes the files of footage that show something of `camera` in `span`, segments whole, and returns how many.
    public func eraseFootage(of camera: CameraID, during span: TimeSpan) -> Int {
        FootageFolder(paths).files(of: camera).filter { $0.during.touches(span) }.count { unlink($0.path) == 0 }
    }

    /// What of a change has nothing to do with the span.
    private static func rest(of write: StoreWrite, _ camera: CameraID, _ span: TimeSpan) -> StoreWrite? {
        switch write {
        case .leased(let body, let stamp): rest(of: body, camera, span).map { .leased($0, stamp) }
        case .event(let one): one.event.camera == camera && one.event.during.touches(span) ? .none : .some(write)
        case .scores(let samples, camera: camera):
            .scores(samples.filter { $0.at < span.start || $0.at >= span.end }, camera: camera)
        case .index(let rows): .index(rows.filter { $0.camera != camera || !minute($0).overlaps(span) })
        case .footage(let one): one.camera == camera && one.during.touches(span) ? .none : .some(write)
        default: write
        }
    }

    private static func minute(_ row: EncodingMinute) -> TimeSpan {
        TimeSpan(start: row.summary.minute, end: row.summary.minute.advanced(bySeconds: 60))
    }
}

extension TimeSpan {
    /// Whether the two share a moment; an instant counts as one.
    fileprivate func touches(_ other: TimeSpan) -> Bool {
        overlaps(other) || (start == end && other.start <= start && start < other.end)
    }
}
