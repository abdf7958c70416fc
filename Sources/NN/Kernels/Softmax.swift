internal import CKernels

// Letters: N rows · D columns.

/// Softmax over rows, in place.
enum Softmax {
    /// x [N, D] at `start`, rows without gap between → softmax(scale · x) of each row; with `isCausal` row r sees its first
    /// D − N + r + 1 columns and the others become 0.
    static func apply(
        _ start: UnsafeMutablePointer<Float>, rows: Int, columns: Int, scale: Float, isCausal: Bool
    ) {
        precondition(columns > 0 && scale >= 0 && (!isCausal || rows <= columns), "softmax of [\(rows), \(columns)]")
        ck_softmax_rows(start, rows, columns, columns, scale, isCausal ? 1 : 0)
    }
}

extension Tensor {
    /// x [N, D] → softmax(scale · x) of each row; with `isCausal` row r sees its first D − N + r + 1 columns.
    public func softmaxRows(scale: Float = 1, isCausal: Bool = false) -> Tensor {
        expect(nil, nil)
        var result = self
        let (rows, columns) = (shape[0], shape[1])
        result.withMutablePointer { Softmax.apply($0, rows: rows, columns: columns, scale: scale, isCausal: isCausal) }
        return result
    }
}
