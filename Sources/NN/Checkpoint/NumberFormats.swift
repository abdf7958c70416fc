internal import CKernels

/// Widening of stored numbers to floats.
enum NumberFormats {
    /// Writes as many floats as `target` holds from little-endian `bytes` of F32, F16 or BF16.
    static func widen(
        _ bytes: UnsafeRawBufferPointer, _ format: NumberFormat,
        to target: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(bytes.count == target.count * format.byteCount, "\(bytes.count) bytes of \(format)")
        guard let source = bytes.baseAddress, let start = target.baseAddress, !target.isEmpty else { return }
        let octets = source.assumingMemoryBound(to: UInt8.self)
        switch format {
        case .f32: UnsafeMutableRawPointer(start).copyMemory(from: source, byteCount: bytes.count)
        case .f16: ck_half_to_float(octets, start, target.count)
        case .bf16: ck_bfloat_to_float(octets, start, target.count)
        default: preconditionFailure("\(format) is not widened to floats")
        }
    }
}

extension Tensor {
    /// Whether no value is NaN or infinite.
    public var isFinite: Bool { withPointer { ck_all_finite($0, count) != 0 } }
}
