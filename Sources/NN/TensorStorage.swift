/// Where a ``Tensor``'s values lie: memory of its own, or a part of a mapped file.
// SAFETY: the values are written only through Tensor.init(shape:fill:), before the storage is shared, and through
// Tensor.withMutableValues, which first makes sure that the storage has one owner. Mapped storage is never written. The
// address does not change from init to deinit.
final class TensorStorage: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Float>
    private let owner: MappedFile?
    let count: Int

    /// Uninitialised memory for `count` values, aligned for vector instructions.
    init(count: Int) {
        let bytes = Swift.max(count, 1) * MemoryLayout<Float>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        base = memory.bindMemory(to: Float.self, capacity: Swift.max(count, 1))
        owner = nil
        self.count = count
    }

    /// `count` floats of `file` from byte `byteOffset`, which must be a multiple of 4 inside the file.
    init(file: MappedFile, byteOffset: Int, count: Int) {
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[byteOffset..<byteOffset + 4 * count])
        precondition(byteOffset % 4 == 0, "floats at byte \(byteOffset)")
        if let start = bytes.baseAddress {
            base = UnsafeMutablePointer(mutating: start.bindMemory(to: Float.self, capacity: count))
            owner = file
        } else {
            base = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 64).bindMemory(to: Float.self, capacity: 1)
            owner = nil
        }
        self.count = count
    }

    deinit { if owner == nil { UnsafeMutableRawPointer(base).deallocate() } }

    var isWritable: Bool { owner == nil }

    var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

    var writableValues: UnsafeMutableBufferPointer<Float> {
        precondition(isWritable, "mapped weights are read-only")
        return UnsafeMutableBufferPointer(start: base, count: count)
    }
}
