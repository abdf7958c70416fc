internal import Base
internal import Glibc

/// Takes the body of one reply.
protocol ReplySink {
    /// Status and headers are known.
    mutating func begin(_ result: inout TransferResult) throws(OutboundError)
    /// A piece of the body.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(OutboundError)
    /// The body is whole.
    mutating func finish(_ result: inout TransferResult) throws(OutboundError)
}

/// Keeps the body in memory.
struct MemorySink: ReplySink {
    private var body: [UInt8] = []

    func begin(_: inout TransferResult) {}

    mutating func write(_ bytes: UnsafeRawBufferPointer) { body.append(contentsOf: bytes) }

    mutating func finish(_ result: inout TransferResult) { result.body = body }
}

/// Writes the body of a success to a file, and keeps a little of what a refusal says.
struct FileSink: ReplySink {
    /// Most bytes kept of a refusal.
    private static let keptRefusal = 65_536

    private let file: FileToWrite
    private let path: String
    private let offset: Int64
    private let plan: TransferPlan
    private var refusal: [UInt8] = []
    private var isSuccess = false

    init(path: String, offset: Int64, plan: TransferPlan) throws(OutboundError) {
        (self.path, self.offset, self.plan) = (path, offset, plan)
        file = try FileToWrite(path)
    }

    mutating func begin(_ result: inout TransferResult) throws(OutboundError) {
        isSuccess = (200..<300).contains(result.status)
        guard isSuccess else { return }
        if result.status == 206 {
            // "bytes 100-199/200", RFC 9110, section 14.4.
            let start = result.headers["Content-Range"].flatMap { $0.firstMatch(of: /bytes\s+(\d+)-/) }?.1
            guard let start, Int64(start) == offset else {
                throw .interrupted(
                    what: plan.what, address: plan.address.printable, why: "it sent another part than the one asked for"
                )
            }
            result.kept = offset
        }
        try file.begin(at: result.kept)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(OutboundError) {
        if isSuccess {
            try file.append(bytes)
        } else if refusal.count < Self.keptRefusal {
            refusal.append(contentsOf: bytes.prefix(Self.keptRefusal - refusal.count))
        }
    }

    mutating func finish(_ result: inout TransferResult) throws(OutboundError) {
        result.body = refusal
        if isSuccess { try file.synchronise() } else { result.written = 0 }
    }
}

/// A file that grows.
private final class FileToWrite {
    private let path: String
    private let descriptor: Int32

    /// Opens or makes the file; a symbolic link is refused.
    init(_ path: String) throws(OutboundError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor < 0 { throw Self.error(path, "write") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Keeps the first `length` bytes and goes on behind them.
    func begin(at length: Int64) throws(OutboundError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.error(path, "look at") }
        guard status.st_size >= length else {
            throw .file(path: path, step: "go on with", why: "it is shorter than the \(length) bytes to keep")
        }
        guard ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, off_t(length), SEEK_SET) == off_t(length)
        else {
            throw Self.error(path, "cut")
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(OutboundError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = write(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error(path, "write") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func synchronise() throws(OutboundError) {
        if fsync(descriptor) != 0 { throw Self.error(path, "finish") }
    }

    private static func error(_ path: String, _ step: String) -> OutboundError {
        .file(path: path, step: step, why: String(cString: strerror(errno)))
    }
}
