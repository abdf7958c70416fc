internal import Foundation
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Bytes or a file as an answer, with `ETag`, `If-None-Match` and `Range`.
enum FileAnswer {
    /// Bytes sent at a time.
    private static let chunk = 256 * 1024

    /// These bytes.
    static func bytes(
        _ bytes: [UInt8], type: String, to request: WebRequest, cache: String = "no-cache", tag: String? = nil
    ) throws -> Response {
        let tag = tag ?? EntityTag.of(bytes)
        var headers = head(type, tag, cache)
        if EntityTag.isKnown(tag, request.headers) { return Response(status: .notModified, headers: headers) }
        switch try ByteRange(request.headers, size: Int64(bytes.count), tag: tag) {
        case .whole: return Response(status: .ok, headers: headers, body: body(bytes))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(bytes.count)"
            return Response(
                status: .partialContent, headers: headers,
                body: body(Array(bytes[Int(range.lowerBound)...Int(range.upperBound)])))
        }
    }

    /// The file behind `descriptor`, which is closed when the last of it was sent or the client is gone.
    static func file(_ file: OpenedFile, type: String, tag: String, to request: WebRequest) throws -> Response {
        var headers = head(type, tag, "private, no-cache")
        if EntityTag.isKnown(tag, request.headers) { return Response(status: .notModified, headers: headers) }
        switch try ByteRange(request.headers, size: file.size, tag: tag) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(file, 0..<file.size))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)"
            return Response(
                status: .partialContent, headers: headers, body: body(file, range.lowerBound..<range.upperBound + 1))
        }
    }

    private static func head(_ type: String, _ tag: String, _ cache: String) -> HTTPFields {
        [.contentType: type, .eTag: tag, .acceptRanges: "bytes", .cacheControl: cache]
    }

    private static func body(_ bytes: [UInt8]) -> ResponseBody { ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }

    private static func body(_ file: OpenedFile, _ range: Range<Int64>) -> ResponseBody {
        ResponseBody(contentLength: Int(range.upperBound - range.lowerBound)) { writer in
            var position = range.lowerBound
            while position < range.upperBound {
                let count = Int(min(Int64(chunk), range.upperBound - position))
                let part = try file.read(count, at: position)
                try await writer.write(ByteBuffer(bytes: part))
                position += Int64(part.count)
            }
            try await writer.finish(nil)
        }
    }
}

/// A file that is open for reading: it can be removed meanwhile.
final class OpenedFile: Sendable {
    private let descriptor: Int32
    /// Its length in bytes.
    let size: Int64

    /// Opens the regular file at `path`; nil when there is none.
    init?(_ path: String) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { return nil }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return nil
        }
        descriptor = opened
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// `count` bytes from `position` on. Throws `defect` when the file has become shorter.
    func read(_ count: Int, at position: Int64) throws(WebError) -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(position)))
        }
        guard !bytes.isEmpty else { throw .defect }
        return bytes
    }
}
