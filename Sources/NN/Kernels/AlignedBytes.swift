/// Memory for the C kernels, aligned for vector loads, uninitialised.
// SAFETY: whoever makes one fills it before sharing it and only reads it afterwards; the address does not change.
final class AlignedBytes: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let count: Int

    init(count: Int) {
        precondition(count >= 0, "\(count) bytes")
        self.count = count
        start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    }

    deinit { start.deallocate() }

    /// The values from byte `offset` on.
    func values<Value: BitwiseCopyable>(of type: Value.Type, at offset: Int = 0) -> UnsafeMutablePointer<Value> {
        (start + offset).assumingMemoryBound(to: type)
    }
}
