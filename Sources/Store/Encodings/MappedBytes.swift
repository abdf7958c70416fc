import Glibc

/// A file's bytes as they are in the page cache, read-only. Files of encodings never shrink, so what was there when the
/// file was mapped stays readable.
final class MappedBytes {
    let bytes: UnsafeRawBufferPointer

    /// Maps the first `size` bytes of an open file; nil when the kernel refuses (see `errno`).
    init?(_ descriptor: Int32, size: Int) {
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else { return nil }
        madvise(start, size, MADV_SEQUENTIAL)
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

extension UnsafeRawBufferPointer {
    /// The number at `offset`, least significant byte first; the caller has checked that it is inside.
    func number<T: FixedWidthInteger>(at offset: Int, _ type: T.Type) -> T {
        T(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
