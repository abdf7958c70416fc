public import Base
import Glibc

/// An open recording: a file descriptor and what the file system says about it.
///
/// The file is opened here and never again by path, so a process may give up its privileges afterwards and still read
/// it. Nothing is parsed here: that is ``FileSource``'s work, done without privileges. The descriptor closes when the
/// last reference goes.
public final class MediaFile: Sendable {
    /// The path as given.
    public let path: String
    /// Bytes at the time of opening; what a growing file gains later is not read.
    public let size: Int64
    /// When the contents last changed.
    public let modificationTime: WallTime
    let descriptor: Int32

    /// The path as it may be printed.
    public var location: RedactedURL { RedactedURL(path) }

    /// Opens `path` for reading. Throws `missing`, `permissionDenied`, `notARegularFile`, `empty` or `unreadable`.
    public convenience init(path: String) throws(IngestError) {
        let location = RedactedURL(path)
        // O_NONBLOCK: a pipe must not block the opening; it does nothing for regular files.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.openingError(errno, location) }
        try self.init(adopting: descriptor, path: path, location)
    }

    /// Takes an open descriptor over; it closes also when this throws.
    init(adopting descriptor: Int32, path: String, _ location: RedactedURL) throws(IngestError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadable(location, reason: Self.text(of: code))
        }
        if let problem = Self.problem(with: status, location) {
            close(descriptor)
            throw problem
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        self.path = path
        self.descriptor = descriptor
        size = Int64(status.st_size)
        modificationTime = WallTime(
            microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }

    deinit { close(descriptor) }

    /// Reads up to `buffer.count` bytes from `offset`; 0 at the end. Returns −errno when the system refuses.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let wanted = min(Int64(buffer.count), size - offset)
        guard wanted > 0, offset >= 0 else { return 0 }
        while true {
            let count = pread(descriptor, buffer.baseAddress, Int(wanted), off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { return -Int(errno) }
        }
    }

    /// The operating system's text for an error number.
    static func text(of code: Int32) -> String { String(cString: strerror(code)) }

    private static func openingError(_ code: Int32, _ location: RedactedURL) -> IngestError {
        switch code {
        case ENOENT, ENOTDIR: .missing(location)
        case EACCES, EPERM: .permissionDenied(location)
        case ENXIO: .notARegularFile(location, kind: "socket or device")
        default: .unreadable(location, reason: text(of: code))
        }
    }

    private static func problem(with status: stat, _ location: RedactedURL) -> IngestError? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: status.st_size == 0 ? .empty(location) : nil
        case S_IFDIR: .notARegularFile(location, kind: "directory")
        case S_IFIFO: .notARegularFile(location, kind: "pipe")
        case S_IFSOCK: .notARegularFile(location, kind: "socket")
        default: .notARegularFile(location, kind: "device")
        }
    }
}
