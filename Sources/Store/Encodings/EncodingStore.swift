public import Base

/// The encodings of every analysed frame, in files on the machine that watched: one per camera, UTC day and encoder,
/// append-only and checksummed record by record.
///
/// A time that is there already is not written again, so that repeating an ingest adds nothing. A record torn by a kill
/// or a loss of power is cut off; a damaged one is skipped.
public actor EncodingStore {
    private let executor: ThreadExecutor
    private let folder: EncodingFolder
    private var files: [String: EncodingFile] = [:]

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The encodings of `encoder` under a state directory, which must exist (``StateDirectory/prepare(_:)``).
    public init(stateDirectory: String, encoder: EncoderIdentity) {
        executor = ThreadExecutor(name: "encodings")
        folder = EncodingFolder(paths: ClusterPaths(stateDirectory: stateDirectory), encoder: encoder)
    }

    /// Appends encodings of one camera and returns how many were new. Their vectors are kept as 16-bit floats.
    /// Throws ``StoreError/encodingFile(path:step:why:)``, ``StoreError/diskFull(path:)`` and
    /// ``StoreError/invalidValue(what:why:)``; what was appended to the days before stays.
    @discardableResult
    public func append(_ encodings: [FrameEncoding], camera: CameraID) throws(StoreError) -> Int {
        var added = 0
        for (day, ofDay) in Dictionary(grouping: encodings, by: \.time.dayName).sorted(by: { $0.key < $1.key }) {
            added += try file(camera, day).append(ofDay)
        }
        return added
    }

    /// Makes sure that everything appended so far survives a loss of power.
    public func synchronize() throws(StoreError) {
        for file in files.values { try file.synchronize() }
    }

    private func file(_ camera: CameraID, _ day: String) throws(StoreError) -> EncodingFile {
        let path = try folder.path(camera, day: day)
        if let file = files[path] { return file }
        // Some cameras' present days; old ones come back from disk when they are needed.
        if files.count >= 64 {
            try synchronize()
            files = [:]
        }
        try folder.make(camera)
        let file = try EncodingFile(path, encoder: folder.encoder)
        folder.giveToOwner(path)
        files[path] = file
        return file
    }
}
