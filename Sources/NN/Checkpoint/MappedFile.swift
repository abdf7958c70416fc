internal import Glibc

/// A file mapped read-only into memory.
// SAFETY: the mapping is private and read-only and its address does not change from init to deinit. A program that
// truncates the file meanwhile would make reads fail (SIGBUS); model folders are replaced, never edited in place.
package final class MappedFile: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer?
    private let size: Int
    /// The path that was opened.
    package let path: String

    /// Maps the whole regular file at `path`; any other file, or one of 0 bytes without `mayBeEmpty`, is refused.
    package init(path: String) throws(WeightsError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: Self.lastError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, reason: Self.lastError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(file: path, reason: "not a regular file") }
        size = Int(status.st_size)
        self.path = path
        guard size > 0 else {
            base = nil
            return
        }
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw .unreadable(file: path, reason: Self.lastError()) }
        base = address
    }

    deinit { if let base { munmap(base, size) } }

    /// The file's bytes; valid while this object lives.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: size) }

    /// Gives back the memory of the pages that lie wholly in `range`; they are read from the file again when they are asked for.
    package func release(_ range: Range<Int>) {
        let page = sysconf(Int32(_SC_PAGESIZE))
        guard let base, page > 0, range.lowerBound >= 0, range.upperBound <= size else { return }
        let first = (range.lowerBound + page - 1) / page * page
        let last = range.upperBound == size ? size : range.upperBound / page * page
        guard first < last else { return }
        // The mapping is read-only: nothing can be lost with its pages.
        madvise(base + first, last - first, Int32(MADV_DONTNEED))
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
