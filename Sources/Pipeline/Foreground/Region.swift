/// One thing that differs from the camera's background.
package struct Region: Sendable, Equatable {
    /// A rectangle of grid cells, half open.
    package struct CellBox: Sendable, Equatable {
        /// First column.
        package var left: Int
        /// First row.
        package var top: Int
        /// Column after the last.
        package var right: Int
        /// Row after the last.
        package var bottom: Int

        /// The smallest box that holds both.
        func union(_ other: CellBox) -> CellBox {
            CellBox(
                left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
                bottom: max(bottom, other.bottom))
        }
    }

    /// Bounding box of the changed cells.
    package let box: CellBox
    /// Changed cells, after the majority filter.
    package let area: Int
    /// Cell indices (row · columns + column) of the region, widened by the dilation.
    let cells: [Int]
}

/// Finds the regions of a grid of changed cells: majority filter, dilation, 8-connected components.
struct RegionFinder {
    let columns: Int
    let rows: Int
    let settings: ForegroundSettings

    /// The regions of `changed` [rows · columns], largest first; equal areas by their first changed cell in row order.
    func regions(of changed: [Bool]) -> [Region] {
        let filtered = neighbours(of: changed, reach: 1).map { $0 >= settings.majority }
        let dilated = neighbours(of: filtered, reach: settings.dilation).map { $0 > 0 }
        var isSeen = [Bool](repeating: false, count: dilated.count)
        var found: [(region: Region, first: Int)] = []
        for seed in dilated.indices where dilated[seed] && !isSeen[seed] {
            let cells = component(from: seed, in: dilated, isSeen: &isSeen)
            guard let entry = region(cells, filtered: filtered) else { continue }
            found.append(entry)
        }
        found.sort { ($1.region.area, $0.first) < ($0.region.area, $1.first) }
        return found.prefix(settings.maximumRegions).map(\.region)
    }

    /// How many cells of the square of 2 · reach + 1 cells around each cell are set; outside the grid none is.
    private func neighbours(of mask: [Bool], reach: Int) -> [Int] {
        var alongRows = [Int](repeating: 0, count: mask.count)
        var result = [Int](repeating: 0, count: mask.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let from = max(0, column - reach)
                let through = min(columns - 1, column + reach)
                for other in from...through where mask[row * columns + other] {
                    alongRows[row * columns + column] += 1
                }
            }
        }
        for row in 0..<rows {
            for other in max(0, row - reach)...min(rows - 1, row + reach) {
                for column in 0..<columns { result[row * columns + column] += alongRows[other * columns + column] }
            }
        }
        return result
    }

    private func component(from seed: Int, in mask: [Bool], isSeen: inout [Bool]) -> [Int] {
        var cells: [Int] = []
        var waiting = [seed]
        isSeen[seed] = true
        while let cell = waiting.popLast() {
            cells.append(cell)
            let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
            for y in max(0, row - 1)...min(rows - 1, row + 1) {
                for x in max(0, column - 1)...min(columns - 1, column + 1) {
                    let other = y * columns + x
                    if mask[other] && !isSeen[other] {
                        isSeen[other] = true
                        waiting.append(other)
                    }
                }
            }
        }
        return cells
    }

    /// The region over a component's `cells`; nil when too few of them changed.
    private func region(_ cells: [Int], filtered: [Bool]) -> (region: Region, first: Int)? {
        let own = cells.filter { filtered[$0] }
        guard let first = own.min(), own.count * settings.minimumShare >= rows * columns else { return nil }
        let start = Region.CellBox(left: columns, top: rows, right: 0, bottom: 0)
        let box = own.reduce(start) { box, cell in
            let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
            return box.union(.init(left: column, top: row, right: column + 1, bottom: row + 1))
        }
        return (Region(box: box, area: own.count, cells: cells), first)
    }
}
