public import Base
internal import Glibc

/// The files of footage below a state directory, on a thread of their own: what is kept is safe from a loss of power
/// before anybody hears of it.
public actor FootageFiles {
    private let executor: ThreadExecutor
    private let layout: FootageFolder

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Footage below `stateDirectory`.
    public init(stateDirectory: String) {
        executor = ThreadExecutor(name: "footage")
        layout = FootageFolder(ClusterPaths(stateDirectory: stateDirectory))
    }

    /// Where the file of `record` is.
    public nonisolated func path(of record: FootageRecord) -> String { "\(layout.paths.clips)/\(record.file)" }

    /// Where a camera's files are begun.
    public nonisolated func folder(of camera: CameraID) -> String { layout.folder(of: camera) }

    /// Makes the camera's folder, of mode 0700, and returns it. Throws `footageFile`.
    @discardableResult
    public func prepare(_ camera: CameraID) throws(StoreError) -> String {
        try make(layout.paths.clips)
        try make(layout.folder(of: camera))
        return layout.folder(of: camera)
    }

    /// A path that no file has, for a clip that is cut to be sent and then forgotten. Throws `footageFile`.
    public func cutPath() throws(StoreError) -> String {
        try make(layout.paths.cuts)
        return "\(layout.paths.cuts)/\(UInt64.random(in: 0 ... .max)).mp4"
    }

    /// Removes such clips that an earlier process left; for the daemon, which holds the state directory.
    public func removeCuts() {
        for name in directoryEntries(layout.paths.cuts) { unlink("\(layout.paths.cuts)/\(name)") }
    }

    /// What was being written when an earlier process ended.
    public func leftovers(of camera: CameraID) -> [String] { layout.parts(of: camera) }

    /// Removes what cannot be kept.
    public func discard(_ path: String) { unlink(path) }

    /// Makes the finished file at `path`, a segment of `camera`, safe and gives it its name. Throws `footageFile`, also when
    /// it was erased meanwhile.
    public func keep(_ path: String, of camera: CameraID, during span: TimeSpan) throws(StoreError) -> FootageRecord {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        let record = FootageRecord(
            camera: camera, kind: .segment, during: span, file: FootageFolder.name(camera, .segment, span),
            bytes: Int64(status.st_size))
        try place(path, record)
        return record
    }

    /// Keeps a thumbnail: the bytes of a JPEG file that shows what `camera` saw at `time`. Throws `footageFile`.
    public func keep(thumbnail bytes: [UInt8], of camera: CameraID, at time: WallTime) throws(StoreError)
        -> FootageRecord
    {
        try prepare(camera)
        let path = "\(layout.folder(of: camera))/\(time.microseconds).jpg.part"
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("make", path) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            unlink(path)
            throw failure("write", path)
        }
        let span = TimeSpan(start: time, end: time)
        let record = FootageRecord(
            camera: camera, kind: .thumbnail, during: span, file: FootageFolder.name(camera, .thumbnail, span),
            bytes: Int64(bytes.count))
        try place(path, record)
        return record
    }

    /// Every file of `camera` that is kept, oldest first, with when it was last written.
    public func all(of camera: CameraID) -> [(record: FootageRecord, written: WallTime)] {
        layout.files(of: camera).map { file in
            (
                FootageRecord(
                    camera: camera, kind: file.kind, during: file.during, file: file.name, bytes: file.bytes),
                file.written
            )
        }
    }

    /// Removes files; those that are gone already do not matter. Folders of days that are empty go too.
    public func remove(_ records: [FootageRecord]) {
        for record in records { unlink(path(of: record)) }
        for folder in Set(records.map { "\(layout.folder(of: $0.camera))/\($0.during.start.dayName)" }) {
            rmdir(folder)
        }
    }

    private func place(_ path: String, _ record: FootageRecord) throws(StoreError) {
        let folder = "\(layout.folder(of: record.camera))/\(record.during.start.dayName)"
        try make(folder)
        let place = self.path(of: record)
        guard rename(path, place) == 0 else { throw failure("name", path) }
        try synchronize(folder)
    }

    /// A name is as safe as its folder.
    private func synchronize(_ folder: String) throws(StoreError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", folder) }
    }

    private func make(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw failure("make", path)
        }
        // What root makes belongs to whom the state directory belongs to.
        guard geteuid() == 0, let state = FileStatus(layout.paths.state), state.owner != 0 else { return }
        _ = lchown(path, state.owner, state.group)
    }

    private func failure(_ step: String, _ path: String) -> StoreError {
        errno == ENOSPC ? .diskFull(path: path) : .footageFile(path: path, step: step, why: errorText())
    }
}
