// Letters: V vocabulary · D width · N tokens.

/// A lookup table: one row of D values for each of V ids (`torch.nn.Embedding`).
public struct Embedding: Sendable {
    /// The table [V, D].
    public let weight: Tensor

    /// A table over given rows [V, D].
    public init(weight: Tensor) {
        weight.expect(nil, nil)
        self.weight = weight
    }

    /// Reads `weight` [count, width] below `weights`.
    public init(_ weights: Checkpoint, count: Int, width: Int) throws(WeightsError) {
        self.init(weight: try weights.tensor("weight", shape: [count, width]))
    }

    /// N ids, each in 0..<V → [N, D].
    public func callAsFunction(_ ids: [Int]) -> Tensor {
        let (count, width) = (weight.shape[0], weight.shape[1])
        return Tensor(shape: [ids.count, width]) { result in
            weight.withPointer { table in
                for (row, id) in ids.enumerated() {
                    precondition((0..<count).contains(id), "id \(id) of \(count)")
                    (result.start + row * width).initialize(from: table + id * width, count: width)
                }
            }
        }
    }
}
