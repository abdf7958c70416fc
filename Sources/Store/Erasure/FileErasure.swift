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
}
