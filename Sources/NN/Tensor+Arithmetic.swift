internal import CKernels
internal import Glibc

extension Tensor {
    /// Adds `other`, of the same shape, value by value.
    public mutating func add(_ other: Tensor) {
        precondition(shape == other.shape, "\(shape) += \(other.shape)")
        let count = count
        withMutablePointer { target in
            other.withPointer { ck_add(target, $0, count) }
        }
    }
}

extension Float {
    /// e to this power.
    public var exponential: Float { Float(exp(Double(self))) }
}
