import Base
import Glibc

extension MediaFile {
    /// What standard input holds, named `-`. A file that stands there is read in its place. What a pipe brings is first
    /// copied, until it ends, into a nameless file in `folder`: containers are not read in order, and the content is read
    /// a second time for its digest. Blocks. Throws `empty`, `notARegularFile` and `unreadable`.
    public static func standardInput(spoolingInto folder: String) throws(IngestError) -> MediaFile {
        let location = RedactedURL("standard input")
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { throw .unreadable(location, reason: text(of: errno)) }
        if status.st_mode & S_IFMT == S_IFREG {
            let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { throw .unreadable(location, reason: text(of: errno)) }
            return try MediaFile(adopting: descriptor, path: "-", location)
        }
        if isatty(STDIN_FILENO) == 1 { throw .notARegularFile(location, kind: "terminal") }
        let descriptor = namelessFile(in: folder)
        guard descriptor >= 0 else {
            throw .unreadable(location, reason: "no room for it in \(folder): \(text(of: errno))")
        }
        if let failure = transfer(STDIN_FILENO, to: descriptor) {
            close(descriptor)
            throw .unreadable(location, reason: text(of: failure))
        }
        return try MediaFile(adopting: descriptor, path: "-", location)
    }

    /// A file that goes with its descriptor; −1 when there is no room for one.
    private static func namelessFile(in folder: String) -> Int32 {
        var path = Array((folder + "/alertd-input-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        if descriptor < 0 { return descriptor }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static let chunkBytes = 1 << 18

    /// Copies until the end; the error's number if there was one.
    private static func transfer(_ input: Int32, to output: Int32) -> Int32? {
        withUnsafeTemporaryAllocation(byteCount: chunkBytes, alignment: 16) { buffer in
            while true {
                let count = Glibc.read(input, buffer.baseAddress, buffer.count)
                if count == 0 { return nil }
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                var written = 0
                while written < count {
                    let part = Glibc.write(output, buffer.baseAddress?.advanced(by: written), count - written)
                    if part < 0, errno != EINTR { return errno }
                    written += max(0, part)
                }
            }
        }
    }
}
