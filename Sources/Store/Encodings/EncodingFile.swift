import Base
import Glibc

/// One camera's encodings of one UTC day, open for appending. A second process may append to the same file: each holds
/// the file's lock while it writes and first reads what the other has added.
final class EncodingFile {
    private let path: String
    private let descriptor: Int32
    private let encoder: EncoderIdentity
    private var times: Set<WallTime> = []
    /// Where the next record goes; 0 until the file has been looked at.
    private var end = 0
    private var isDirty = false

    /// Opens the file, making it if it is missing.
    init(_ path: String, encoder: EncoderIdentity) throws(StoreError) {
        self.path = path
        self.encoder = encoder
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    deinit { close(descriptor) }

    /// Appends those of `encodings` whose times are not there yet and returns how many that were. All are written, or
    /// none.
    func append(_ encodings: [FrameEncoding]) throws(StoreError) -> Int {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("lock", path) }
        }
        defer { flock(descriptor, LOCK_UN) }
        try catchUp()
        var added: [WallTime] = []
        var bytes: [UInt8] = []
        for encoding in encodings where !times.contains(encoding.time) && !added.contains(encoding.time) {
            bytes += try EncodingFormat.record(encoding, dimension: encoder.dimension)
            added.append(encoding.time)
        }
        if added.isEmpty { return 0 }
        try write(bytes, at: end)
        end += bytes.count
        times.formUnion(added)
        return added.count
    }

    /// Makes sure that what was appended survives a loss of power.
    func synchronize() throws(StoreError) {
        guard isDirty else { return }
        guard fsync(descriptor) == 0 else { throw Self.failure("write", path) }
        isDirty = false
    }

    /// Reads what is in the file beyond what is known of it, and cuts off a torn tail.
    private func catchUp() throws(StoreError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("read", path) }
        let size = Int(status.st_size)
        if end > 0, size == end { return }
        if size < EncodingFormat.headerSize {
            // New, or killed while its header was written.
            guard ftruncate(descriptor, 0) == 0 else { throw Self.failure("write", path) }
            try write(EncodingFormat.header(encoder), at: 0)
            (end, times) = (EncodingFormat.headerSize, [])
            return
        }
        if end == 0 || size < end {
            try Self.checkHeader(descriptor, path, encoder)
            (end, times) = (EncodingFormat.headerSize, [])
        }
        var scanner = EncodingScanner(descriptor: descriptor, dimension: encoder.dimension)
        let found = scanner.scan(from: end)
        if found.gaveUp { throw .encodingFile(path: path, step: "append to", why: "it is damaged all over") }
        times.formUnion(found.entries.map(\.time))
        end = found.end
        if end < size, ftruncate(descriptor, off_t(end)) != 0 { throw Self.failure("repair", path) }
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
        isDirty = true
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Self.failure("write", path)
                ftruncate(descriptor, off_t(offset))
                throw failure
            }
            done += count
        }
    }

    /// Throws unless the open file begins with the header of a file of `encoder`'s.
    static func checkHeader(_ descriptor: Int32, _ path: String, _ encoder: EncoderIdentity) throws(StoreError) {
        var header = [UInt8](repeating: 0, count: EncodingFormat.headerSize)
        let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw failure("read", path) }
        if let problem = EncodingFormat.problem(inHeader: header[0..<count], for: encoder) {
            throw .encodingFile(path: path, step: "read", why: problem)
        }
    }

    /// The calling thread's last error as a store error.
    static func failure(_ step: String, _ path: String) -> StoreError {
        errno == ENOSPC || errno == EDQUOT
            ? .diskFull(path: path) : .encodingFile(path: path, step: step, why: errorText())
    }
}
