import Base
import Glibc

/// One append-only file of the spool.
final class SpoolSegment {
    /// A change and where its record ends.
    struct Entry {
        let write: StoreWrite
        let end: Int
    }

    static let magic = Array("ALERTSPOOL1\n".utf8)

    let path: String
    private let descriptor: Int32
    /// Bytes of good records, header included.
    private(set) var size: Int
    /// Up to where everything is stored in PostgreSQL.
    var acknowledged = SpoolSegment.magic.count
    private var isDirty = false

    /// Whether everything in it is stored in PostgreSQL.
    var isDone: Bool { acknowledged >= size }

    /// Makes a new file. Throws ``StoreError/diskFull(path:)`` or ``StoreError/unusablePath(path:why:remedy:)``.
    init(making path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        size = 0
        guard descriptor >= 0 else { throw Self.failure(path) }
        try append(Self.magic)
    }

    /// Opens a file that an earlier process left.
    init(opening path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        size = 0
        guard descriptor >= 0 else { throw Self.failure(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end; all or none of them count.
    func append(_ bytes: [UInt8]) throws(StoreError) {
        isDirty = true
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(size + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Self.failure(path)
                ftruncate(descriptor, off_t(size))
                throw failure
            }
            done += count
        }
        size += bytes.count
    }

    /// Waits until what was appended is on the disk.
    func synchronize() throws(StoreError) {
        guard isDirty else { return }
        guard fdatasync(descriptor) == 0 else { throw Self.failure(path) }
        isDirty = false
    }

    /// The oldest changes that are not acknowledged, at most `limit`, and how many bytes on the way were no good
    /// records.
    func head(_ limit: Int) throws(StoreError) -> (entries: [Entry], damaged: Int) {
        let bytes = try read(from: acknowledged)
        let start = acknowledged
        var (entries, damaged, position): ([Entry], Int, Int) = ([], 0, 0)
        while entries.count < limit, position + SpoolRecord.headerSize <= bytes.count {
            guard let record = SpoolScanner.record(at: position, in: bytes) else {
                damaged += 1
                position += 1
                continue
            }
            position += record.size
            if let write = record.write { entries.append(Entry(write: write, end: start + position)) }
        }
        // Nothing more comes in this file but a torn tail or erased records.
        if entries.isEmpty { acknowledged = size }
        return (entries, damaged)
    }

    /// Overwrites what `transform` takes away, in place; nil takes the whole record away. Returns how many changes
    /// were touched.
    func rewrite(_ transform: (StoreWrite) -> StoreWrite?) throws(StoreError) -> Int {
        let bytes = try read(from: 0)
        var (position, touched) = (Self.magic.count, 0)
        while position + SpoolRecord.headerSize <= bytes.count {
            guard let record = SpoolScanner.record(at: position, in: bytes) else {
                position += 1
                continue
            }
            if let write = record.write {
                let left = transform(write)
                if left != write {
                    var fresh = left.map(SpoolRecord.bytes) ?? []
                    // What is taken away is longer than a record's header; else all of it goes.
                    if record.size - fresh.count < SpoolRecord.headerSize { fresh = [] }
                    try overwrite(fresh + SpoolRecord.void(size: record.size - fresh.count), at: position)
                    touched += 1
                }
            }
            position += record.size
        }
        try synchronize()
        return touched
    }

    func remove() { unlink(path) }

    private func overwrite(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
        isDirty = true
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count == bytes.count else { throw Self.failure(path) }
    }

    private func read(from start: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, size - start))
        var done = 0
        while done < bytes.count {
            let wanted = bytes.count - done
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + done }, wanted, off_t(start + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            if count == 0 { break }
            done += count
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    static func failure(_ path: String) -> StoreError {
        if errno == ENOSPC || errno == EDQUOT || errno == EFBIG { return .diskFull(path: path) }
        return .unusablePath(
            path: path, why: errorText(), remedy: "let alertd's user read and write it, or move it away")
    }
}

/// Reads records, believing nothing.
enum SpoolScanner {
    /// The record at `position`; its change is nil when it was erased. Nil when there is no good record.
    static func record(at position: Int, in bytes: [UInt8]) -> (write: StoreWrite?, size: Int)? {
        let rest = bytes[position...]
        guard rest.count >= SpoolRecord.headerSize else { return nil }
        let marker = rest.integer(at: 0, UInt32.self)
        guard marker == SpoolRecord.marker || marker == SpoolRecord.voidMarker else { return nil }
        let payload = Int(rest.integer(at: 4, UInt32.self))
        let size = SpoolRecord.headerSize + payload
        guard payload <= SpoolRecord.mostBytes, size <= rest.count else { return nil }
        let (length, body) = (rest.dropFirst(4).prefix(4), rest.prefix(size).dropFirst(SpoolRecord.headerSize))
        let checksum = rest.integer(at: 8, UInt32.self)
        if marker == SpoolRecord.voidMarker { return CRC32.checksum(length) == checksum ? (nil, size) : nil }
        guard CRC32.checksum(length, body) == checksum, let write = SpoolRecord.decode(body) else { return nil }
        return (write, size)
    }
}
