/// Tells what left the background from what came: the outline of a thing that came is seen in the picture, that of one that left in
/// the background alone.
struct ContourContrast {
    /// Cells that differ from the background [rows · columns].
    let changed: [Bool]
    /// Columns of the grid.
    let columns: Int
    /// Its rows.
    let rows: Int

    /// Whether the contour of `region` stands out in `background` and not in `current`.
    func hasLeft(
        _ region: Region, _ background: PixelGrid, _ current: PixelGrid, _ settings: ForegroundSettings
    ) -> Bool {
        var isInside = [Bool](repeating: false, count: changed.count)
        for cell in region.cells { isInside[cell] = true }
        return sum(background, isInside) > Double(settings.leftContrast) * sum(current, isInside)
    }

    /// How much cells differ from their neighbours, summed over the pairs of which one is changed and one lies inside.
    private func sum(_ grid: PixelGrid, _ isInside: [Bool]) -> Double {
        var total = 0.0
        func add(_ one: Int, _ other: Int) {
            guard changed[one] != changed[other], isInside[one] || isInside[other] else { return }
            var largest: Float = 0
            for channel in 0..<3 {
                largest = max(largest, abs(grid.values[one * 3 + channel] - grid.values[other * 3 + channel]))
            }
            total += Double(largest)
        }
        for row in 0..<rows {
            for column in 0..<columns {
                let cell = row * columns + column
                if column + 1 < columns { add(cell, cell + 1) }
                if row + 1 < rows { add(cell, cell + columns) }
            }
        }
        return total
    }
}
