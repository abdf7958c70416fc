import Base
import CFFmpeg
import Glibc

/// Lets libavformat read a ``MediaFile`` through its descriptor: an `AVIOContext` with read and seek callbacks.
final class FileInput {
    /// What libavformat reads from; lives as long as this object.
    let context: UnsafeMutablePointer<AVIOContext>
    /// The operating system's last error while reading, 0 when there was none.
    private(set) var failure: Int32 = 0

    private let file: MediaFile
    private let interrupt: Interrupt
    private var position: Int64 = 0

    private static let bufferBytes = 256 * 1024

    init(_ file: MediaFile, interrupt: Interrupt) throws(IngestError) {
        self.file = file
        self.interrupt = interrupt
        let buffer = av_malloc(Self.bufferBytes)?.assumingMemoryBound(to: UInt8.self)
        let context = avio_alloc_context(
            buffer, Int32(Self.bufferBytes), 0, nil,
            { opaque, bytes, count in FileInput.read(opaque, bytes, count) }, nil,
            { opaque, offset, whence in FileInput.seek(opaque, offset, whence) })
        guard buffer != nil, let context else {
            av_free(buffer)
            throw .libraryFailure(file.location, step: "allocate a read buffer", reason: "out of memory")
        }
        self.context = context
        context.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        av_freep(&context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
    }

    private static func from(_ opaque: UnsafeMutableRawPointer?) -> FileInput? {
        opaque.map { Unmanaged<FileInput>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func read(
        _ opaque: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32
    ) -> Int32 {
        guard let input = from(opaque), let bytes, count > 0 else { return ff_error(EINVAL) }
        if input.interrupt.isRaised { return ff_error_exit }
        let read = input.file.read(
            into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)), at: input.position)
        if read < 0 {
            input.failure = Int32(-read)
            return ff_error(Int32(-read))
        }
        input.position += Int64(read)
        return read == 0 ? ff_error_eof : Int32(read)
    }

    private static func seek(_ opaque: UnsafeMutableRawPointer?, _ offset: Int64, _ whence: Int32) -> Int64 {
        guard let input = from(opaque) else { return Int64(ff_error(EINVAL)) }
        let base: Int64
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return input.file.size
        case SEEK_SET: base = 0
        case SEEK_CUR: base = input.position
        case SEEK_END: base = input.file.size
        default: return Int64(ff_error(EINVAL))
        }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0 else { return Int64(ff_error(EINVAL)) }
        input.position = target
        return target
    }
}
