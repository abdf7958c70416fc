import Foundation

/// A file that a picture will be written to, or standard output. It is opened at once and emptied only when the picture
/// is there, so that a failure leaves an older picture as it was.
struct PictureFile {
    private let handle: FileHandle
    private let path: String
    private let isNew: Bool

    /// Opens `path`; `-` is standard output. Throws ``Failure``.
    init(_ path: String) throws(Failure) {
        self.path = path
        if path == "-" {
            (handle, isNew) = (.standardOutput, false)
            return
        }
        isNew = !FileManager.default.fileExists(atPath: path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(
                .failed,
                "cannot write the picture \(path): \(String(cString: strerror(errno))); choose another --output")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Replaces the contents. Throws ``Failure``.
    func write(_ bytes: [UInt8]) throws(Failure) {
        do {
            if path != "-" { try handle.truncate(atOffset: 0) }
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw Failure(
                .failed, "cannot write the picture \(path): \(error.localizedDescription); choose another --output")
        }
    }

    /// Removes the file if this made it and nothing was written.
    func discard() {
        if isNew { unlink(path) }
    }
}
