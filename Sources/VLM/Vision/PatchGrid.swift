// Letters: T frames · m merged patches of a side.

/// How the patches of a clip lie: frame after frame, in squares of m × m that become one token each, squares and the patches
/// inside them in reading order.
package struct PatchGrid: Equatable, Sendable {
    /// T, and rows and columns of patches of each frame.
    package let frames, rows, columns: Int
    /// m, a divisor of rows and columns.
    package let merge: Int

    /// A grid whose sides `merge` divides.
    package init(frames: Int, rows: Int, columns: Int, merge: Int) {
        precondition(frames > 0 && rows > 0 && columns > 0 && merge > 0, "\(frames)×\(rows)×\(columns) by \(merge)")
        precondition(rows % merge == 0 && columns % merge == 0, "\(rows)×\(columns) in squares of \(merge)")
        (self.frames, self.rows, self.columns, self.merge) = (frames, rows, columns, merge)
    }

    /// Patches of a frame.
    package var patchesPerFrame: Int { rows * columns }
    /// Tokens of a frame.
    package var tokensPerFrame: Int { rows * columns / (merge * merge) }

    /// Row and column of each patch of a frame, in the order in which they lie.
    package var places: [(row: Int, column: Int)] {
        let squares = merge * merge
        return (0..<patchesPerFrame).map { index in
            let (square, inside) = (index / squares, index % squares)
            let across = columns / merge
            return (square / across * merge + inside / merge, square % across * merge + inside % merge)
        }
    }
}
