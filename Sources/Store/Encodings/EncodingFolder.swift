import Base
import Glibc

/// Where the files of encodings are: `<state>/encodings/<camera>/<yyyy-mm-dd>.<encoder>.enc`.
struct EncodingFolder: Sendable {
    let paths: ClusterPaths
    let encoder: EncoderIdentity

    /// The file of one day. Throws ``StoreError/invalidValue(what:why:)`` for a time outside the years 0–9999.
    func path(_ camera: CameraID, day: String) throws(StoreError) -> String {
        guard Self.isDay(day) else { throw .invalidValue(what: "an encoding", why: "its day is \(day)") }
        return "\(folder(camera))/\(day).\(encoder.fileTag).enc"
    }

    /// The days of which there are files, from `first` to `last`, in order.
    func days(_ camera: CameraID, from first: String, to last: String) -> [String] {
        let suffix = ".\(encoder.fileTag).enc"
        return directoryEntries(folder(camera)).filter { $0.hasSuffix(suffix) }.map {
            String($0.dropLast(suffix.count))
        }
        .filter { Self.isDay($0) && $0 >= first && $0 <= last }.sorted()
    }

    /// One file, whatever encoder made it.
    struct File {
        let path: String
        let day: String
        let size: Int64
        /// When it was last written.
        let written: WallTime
    }

    /// The camera's files of every encoder, oldest day first.
    func files(_ camera: CameraID) -> [File] { Self.files(paths, camera) }

    /// The same below any state directory.
    static func files(_ paths: ClusterPaths, _ camera: CameraID) -> [File] {
        let folder = "\(paths.encodings)/\(camera.name)"
        return directoryEntries(folder).filter { $0.hasSuffix(".enc") && isDay(String($0.prefix(10))) }.sorted()
            .compactMap { file(folder + "/" + $0, day: String($0.prefix(10))) }
    }

    /// One file as it is now; nil when there is none.
    static func file(_ path: String, day: String) -> File? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let seconds = Int64(status.st_mtim.tv_sec) * 1_000_000
        return File(
            path: path, day: day, size: Int64(status.st_size),
            written: WallTime(microseconds: seconds + Int64(status.st_mtim.tv_nsec) / 1000))
    }

    /// Makes the camera's folder, of mode 0700.
    func make(_ camera: CameraID) throws(StoreError) {
        for path in [paths.encodings, folder(camera)] {
            guard mkdir(path, 0o700) == 0 else {
                if errno == EEXIST { continue }
                throw EncodingFile.failure("make", path)
            }
            giveToOwner(path)
        }
    }

    /// What root makes belongs to whom the state directory belongs to.
    func giveToOwner(_ path: String) {
        guard geteuid() == 0, let state = FileStatus(paths.state), state.owner != 0 else { return }
        _ = lchown(path, state.owner, state.group)
    }

    private func folder(_ camera: CameraID) -> String { "\(paths.encodings)/\(camera.name)" }

    /// Whether `text` is a day as files are named: `2026-05-01`.
    static func isDay(_ text: String) -> Bool {
        text.utf8.count == 10
            && text.utf8.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7 ? byte == UInt8(ascii: "-") : (48...57).contains(byte)
            }
    }
}
