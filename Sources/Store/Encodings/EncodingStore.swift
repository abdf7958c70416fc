public import Base
import Glibc

/// The encodings of every analysed frame, in files on the machine that watched: one per camera, UTC day and encoder,
/// append-only and checksummed record by record. Vectors are kept in 8 bits a component, what shows the same once.
///
/// A time that is there already is not written again, so that repeating an ingest adds nothing. A record torn by a kill
/// or a loss of power is voided; a damaged one is skipped.
public actor EncodingStore {
    /// Most files held open: opening one reads it through, so a site's cameras should all fit.
    private static let mostFiles = 2048

    private let executor: ThreadExecutor
    private let folder: EncodingFolder
    private var files: [String: OpenFile] = [:]
    private var sealed: [EncodingMinute] = []
    private var limits: [CameraID: Int64] = [:]
    /// What the files of a camera with a limit hold, or a little less: what stands still, or shares a minute, takes less
    /// than was reckoned.
    private var held: [CameraID: Int64] = [:]
    private var removed: [CameraID: [String]] = [:]

    private struct OpenFile {
        let camera: CameraID
        let file: EncodingFile
    }

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The encodings of `encoder` under a state directory, which must exist (``StateDirectory/prepare(_:)``).
    public init(stateDirectory: String, encoder: EncoderIdentity) {
        executor = ThreadExecutor(name: "encodings")
        folder = EncodingFolder(paths: ClusterPaths(stateDirectory: stateDirectory), encoder: encoder)
    }

    /// Appends encodings of one camera and returns how many were new. They are with the kernel when this returns, so a
    /// process that is killed loses none of them; on the disk they are after ``synchronize()``, or five seconds and
    /// the next call later. Where ``limit(_:bytes:)`` leaves no room for them, the camera's oldest days go first. Throws
    /// ``StoreError/encodingFile(path:step:why:)``, ``StoreError/diskFull(path:)`` and
    /// ``StoreError/invalidValue(what:why:)``; what was appended to the days before stays.
    @discardableResult
    public func append(_ encodings: [FrameEncoding], camera: CameraID) throws(StoreError) -> Int {
        var added = 0
        for (day, ofDay) in Dictionary(grouping: encodings, by: \.time.dayName).sorted(by: { $0.key < $1.key }) {
            try makeRoom(camera, for: ofDay)
            added += try file(camera, day).append(ofDay)
        }
        return added
    }

    /// Makes sure that everything appended so far survives a loss of power.
    public func synchronize() throws(StoreError) {
        for open in files.values { try open.file.synchronize() }
    }

    /// Sums up the minutes that were begun, writes everything to the disk, and closes the files: the end of a recording,
    /// or of a daemon.
    public func seal() throws(StoreError) {
        for open in files.values {
            try open.file.seal()
            try open.file.synchronize()
        }
        closeFiles()
    }

    /// The rows for PostgreSQL of the minutes summed up since the last call (``EventStore/recordIndex(_:)``).
    public func takeSealedMinutes() -> [EncodingMinute] {
        for (path, open) in files { collect(path, open) }
        defer { sealed = [] }
        return sealed.sorted { ($0.camera.name, $0.summary.minute) < ($1.camera.name, $1.summary.minute) }
    }

    /// From now on the files of `camera` take at most `bytes`, whatever encoder made them: before more is written, the
    /// oldest days go. The file that was written last always stays.
    public func limit(_ camera: CameraID, bytes: Int64) {
        limits[camera] = bytes
        held[camera] = nil
    }

    /// The files that were removed since the last call, for ``EventStore/forgetIndex(of:files:)``.
    public func takeRemovedFiles() -> [CameraID: [String]] {
        defer { removed = [:] }
        return removed
    }

    private func makeRoom(_ camera: CameraID, for encodings: [FrameEncoding]) throws(StoreError) {
        guard let limit = limits[camera] else { return }
        let dimension = folder.encoder.dimension
        func record(_ payload: Int) -> Int64 { Int64(EncodingFormat.recordHeaderSize + payload) }
        let frames = encodings.reduce(Int64(0)) { sum, encoding in
            let looks = encoding.looks.count
            let plain = EncodingFormat.payloadSize(looks: looks, dimension: dimension)
            let hasVelocities = encoding.looks.contains { $0.velocity != nil }
            return sum + record(plain + (hasVelocities ? looks * EncodingFormat.velocitySize : 0))
        }
        // Each minute is summed up once it is over.
        let minutes = Int64(Set(encodings.map(\.time.minute)).count)
        let needed = frames + minutes * record(EncodingFormat.minuteSize(dimension))
        func count() -> Int64 { folder.files(camera).reduce(Int64(0)) { $0 + $1.size } }
        var bytes = held[camera] ?? count()
        if bytes + needed > limit {
            try expire(camera, writtenBefore: nil, bytes: limit - needed)
            bytes = count()
        }
        held[camera] = bytes + needed
    }

    /// Removes files of `camera`, whatever encoder made them, that were last written before `moment`, then the oldest
    /// days until at most `bytes` are left; the file that was written last always stays. Returns the bytes freed.
    @discardableResult
    public func expire(_ camera: CameraID, writtenBefore moment: WallTime?, bytes: Int64?) throws(StoreError) -> Int64 {
        let all = folder.files(camera)
        // Two days may have been written within one tick of the file system's clock: then the later day is the newest.
        guard let newest = all.max(by: { ($0.written, $0.day) < ($1.written, $1.day) })?.path else { return 0 }
        var left = all.reduce(Int64(0)) { $0 + $1.size }
        var freed: Int64 = 0
        for file in all where file.path != newest {
            let isOld = moment.map { file.written < $0 } ?? false
            let isTooMuch = bytes.map { left > $0 } ?? false
            guard isOld || isTooMuch else { continue }
            files[file.path] = nil
            guard unlink(file.path) == 0 || errno == ENOENT else { throw EncodingFile.failure("remove", file.path) }
            removed[camera, default: []].append(name(file.path))
            left -= file.size
            freed += file.size
        }
        return freed
    }

    private func file(_ camera: CameraID, _ day: String) throws(StoreError) -> EncodingFile {
        let path = try folder.path(camera, day: day)
        // A file that retention or a person removed goes on in a new one.
        if let open = files[path], FileStatus(path, followingLinks: false) != nil { return open.file }
        // Some cameras' present days; old ones come back from disk when they are needed.
        if files.count >= Self.mostFiles {
            try synchronize()
            closeFiles()
        }
        try folder.make(camera)
        let file = try EncodingFile(path, encoder: folder.encoder)
        folder.giveToOwner(path)
        files[path] = OpenFile(camera: camera, file: file)
        return file
    }

    /// A file as index rows name it: below the folder of encodings.
    private func name(_ path: String) -> String { String(path.dropFirst(folder.paths.encodings.count + 1)) }

    private func closeFiles() {
        for (path, open) in files { collect(path, open) }
        files = [:]
    }

    private func collect(_ path: String, _ open: OpenFile) {
        let name = name(path)
        sealed += open.file.takeSealed().map {
            EncodingMinute(camera: open.camera, encoder: folder.encoder.digest, file: name, summary: $0)
        }
    }
}
