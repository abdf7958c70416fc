import Foundation

/// A file that a picture or clip will be written to, or standard output. It is opened at once and emptied only when the
/// contents are there, so that a failure leaves an older file as it was.
struct OutputFile {
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
                .failed, "cannot write \(path): \(String(cString: strerror(errno))); choose another file")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Replaces the contents. Throws ``Failure``.
    func write(_ bytes: [UInt8]) throws(Failure) {
        try replace { try handle.write(contentsOf: Data(bytes)) }
    }

    /// Replaces the contents by those of the file at `source`. Throws ``Failure``.
    func copy(_ source: String) throws(Failure) {
        try replace {
            let input = try FileHandle(forReadingFrom: URL(filePath: source))
            defer { try? input.close() }
            while let bytes = try input.read(upToCount: 1 << 20), !bytes.isEmpty { try handle.write(contentsOf: bytes) }
        }
    }

    private func replace(_ body: () throws -> Void) throws(Failure) {
        do {
            if path != "-" { try handle.truncate(atOffset: 0) }
            try body()
        } catch {
            throw Failure(.failed, "cannot write \(path): \(error.localizedDescription); choose another file")
        }
    }

    /// Removes the file if this made it and nothing was written.
    func discard() {
        if isNew { unlink(path) }
    }
}
