/// Memory for the C kernels, aligned for vector loads: its own, uninitialised, or a part of a mapped file.
// SAFETY: whoever makes one fills it before sharing it and only reads it afterwards, a mapped one is only read; the address does not
// change, and the file stays mapped as long as this.
final class AlignedBytes: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let count: Int
    private let file: MappedFile?

    init(count: Int) {
        precondition(count >= 0, "\(count) bytes")
        self.count = count
        file = nil
        start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    }

    /// The `count` bytes of `file` from `offset` on, a multiple of 64; nil where the file has not that many. Only to be read.
    init?(_ file: MappedFile, offset: Int, count: Int) {
        guard offset >= 0, offset % 64 == 0, count > 0, offset <= file.bytes.count, count <= file.bytes.count - offset,
            let base = file.bytes.baseAddress
        else { return nil }
        (self.file, self.count) = (file, count)
        start = UnsafeMutableRawPointer(mutating: base + offset)
    }

    deinit { if file == nil { start.deallocate() } }

    /// The values from byte `offset` on.
    func values<Value: BitwiseCopyable>(of type: Value.Type, at offset: Int = 0) -> UnsafeMutablePointer<Value> {
        (start + offset).assumingMemoryBound(to: type)
    }
}
