// Letters: N rows · D columns · M rows wanted.

extension Tensor {
    /// x [N, D] → [M, D]: the rows of the given numbers, in that order.
    public func gathered(rows wanted: [Int]) -> Tensor {
        expect(nil, nil)
        let (count, width) = (shape[0], shape[1])
        return Tensor(shape: [wanted.count, width]) { result in
            withPointer { source in
                for (target, row) in wanted.enumerated() {
                    precondition((0..<count).contains(row), "row \(row) of \(count)")
                    (result.start + target * width).initialize(from: source + row * width, count: width)
                }
            }
        }
    }
}
