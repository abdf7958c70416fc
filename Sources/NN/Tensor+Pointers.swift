// Base addresses for the C side. A tensor of no values has one too: it must then not be read or written.

extension Tensor {
    func withPointer<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
        withValues { values in body(values.start) }
    }

    mutating func withMutablePointer<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        withMutableValues { values in body(values.start) }
    }
}

extension UnsafeBufferPointer<Float> {
    var start: UnsafePointer<Float> {
        guard let baseAddress else { preconditionFailure("a buffer without memory") }
        return baseAddress
    }
}

extension UnsafeMutableBufferPointer<Float> {
    var start: UnsafeMutablePointer<Float> {
        guard let baseAddress else { preconditionFailure("a buffer without memory") }
        return baseAddress
    }
}
