// Letters: N rows · I inputs.

/// What one or several layers read, x [N, I]: arranged as the left side of a product, once for each precision that one of
/// them asks for. Used on one thread.
final class LinearInput {
    let x: Tensor
    let rows, width: Int
    private var bytes, bytesForGroups: QuantisedRows?
    private var floats: ArrangedRows?

    init(_ x: Tensor) {
        self.x = x
        (rows, width) = x.matrixShape
    }

    func quantised() -> QuantisedRows {
        if let bytes { return bytes }
        let made = OperationProfile.measure(.preparation) { QuantisedRows(x) }
        bytes = made
        return made
    }

    /// For weights in groups, whose products use no matrix unit.
    func quantisedForGroups() -> QuantisedRows {
        if let bytesForGroups { return bytesForGroups }
        let made = OperationProfile.measure(.preparation) { QuantisedRows(x, for: .bestForFloats) }
        bytesForGroups = made
        return made
    }

    func arranged() -> ArrangedRows {
        if let floats { return floats }
        let made = OperationProfile.measure(.preparation) { ArrangedRows(x) }
        floats = made
        return made
    }
}
