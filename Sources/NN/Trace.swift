/// Receives intermediate tensors by name (`vision.layer.3`), so that two implementations can be compared step by step.
public struct Trace {
    private let record: (String, Tensor) -> Void

    /// A trace that hands each tensor to `record`.
    public init(_ record: @escaping (String, Tensor) -> Void) { self.record = record }

    /// Notes `tensor` under `name`.
    public func callAsFunction(_ name: @autoclosure () -> String, _ tensor: Tensor) { record(name(), tensor) }
}
