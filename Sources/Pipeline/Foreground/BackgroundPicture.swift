package import Base

/// What one frame showed against its camera's background.
package struct Foreground: Sendable {
    /// What moved, largest first; none in a flooded frame.
    package let regions: [Region]
    /// Whether more than half of the picture changed at once (light switched, camera moved, lens covered).
    package let isFlooded: Bool
    /// Columns of the grid that ``regions`` lie on.
    let columns: Int
    /// Rows of that grid.
    let rows: Int

    /// The regions as parts of the picture, largest first.
    package var boxes: [Box] { regions.map { box(of: $0) } }

    private func box(of region: Region) -> Box {
        Box(
            left: Double(region.box.left) / Double(columns), top: Double(region.box.top) / Double(rows),
            right: Double(region.box.right) / Double(columns), bottom: Double(region.box.bottom) / Double(rows))
    }
}

/// The running background of one fixed camera, on a coarse grid.
///
/// Unchanged cells follow the picture slowly; changed cells follow much more slowly, so that a person who stands still
/// stays foreground for minutes. What stood there when the background was made and has left is taken out of it after
/// ``ForegroundSettings/leftAfter`` frames. The first frame starts it; ``ForegroundSettings/restartAfter`` flooded frames in
/// a row start it anew.
package struct BackgroundPicture: Sendable {
    private let settings: ForegroundSettings
    private var grid: PixelGrid?
    private var floodedInARow = 0
    /// Frames in a row in which each cell lay in a region that left the background.
    private var leftInARow: [Int] = []

    /// A background that knows nothing yet.
    package init(_ settings: ForegroundSettings = ForegroundSettings()) { self.settings = settings }

    /// The background's values [rows · columns · 3] after the last frame; nil before the first.
    package var values: [Float]? { grid?.values }

    /// Compares the next analysed picture with the background, then lets the background follow it.
    package mutating func advance(_ picture: Picture) -> Foreground {
        advance(picture, follows: true)
    }

    /// Compares a picture with the background; with `follows` false the background stays as it is (its rates are meant
    /// for one picture a second).
    mutating func advance(_ picture: Picture, follows: Bool) -> Foreground {
        let columns = settings.columns
        let rows = settings.rows(width: picture.width, height: picture.height)
        let current = AreaAverage.resize(picture, width: columns, height: rows)
        let nothing = Foreground(regions: [], isFlooded: false, columns: columns, rows: rows)
        guard let before = grid, before.height == rows else {
            start(from: current)
            return nothing
        }
        let (median, residual) = Self.residual(current.values, before.values)
        let changed = (0..<(rows * columns)).map { cell in
            let largest = max(abs(residual[cell * 3]), abs(residual[cell * 3 + 1]), abs(residual[cell * 3 + 2]))
            return largest > settings.threshold
        }
        let isFlooded = changed.count(where: { $0 }) * 2 > changed.count
        if follows { floodedInARow = isFlooded ? floodedInARow + 1 : 0 }
        if floodedInARow >= settings.restartAfter {
            start(from: current)
            return nothing
        }
        let regions = RegionFinder(columns: columns, rows: rows, settings: settings).regions(of: changed)
        if follows {
            let contours = ContourContrast(changed: changed, columns: columns, rows: rows)
            let left = isFlooded ? [] : regions.filter { contours.hasLeft($0, before, current, settings) }
            follow(median: median, residual: residual, changed: changed, regions: regions)
            forget(left, in: current)
        }
        return Foreground(regions: isFlooded ? [] : regions, isFlooded: isFlooded, columns: columns, rows: rows)
    }

    private mutating func start(from current: PixelGrid) {
        grid = current
        floodedInARow = 0
        leftInARow = Array(repeating: 0, count: current.width * current.height)
    }

    /// Takes what has been gone for long enough out of the background.
    private mutating func forget(_ left: [Region], in current: PixelGrid) {
        var isLeft = [Bool](repeating: false, count: leftInARow.count)
        for region in left {
            for cell in region.cells { isLeft[cell] = true }
        }
        for cell in leftInARow.indices {
            leftInARow[cell] = isLeft[cell] ? leftInARow[cell] + 1 : 0
            guard leftInARow[cell] >= settings.leftAfter else { continue }
            leftInARow[cell] = 0
            for value in cell * 3..<cell * 3 + 3 { grid?.values[value] = current.values[value] }
        }
    }

    /// Per channel the median of current − background, and what is left without it: a change of light moves the median
    /// and is not foreground.
    private static func residual(_ current: [Float], _ before: [Float]) -> (median: [Float], residual: [Float]) {
        var residual = zip(current, before).map { $0 - $1 }
        let cells = residual.count / 3
        var values = [Float](repeating: 0, count: cells)
        let median = (0..<3).map { channel -> Float in
            for cell in 0..<cells { values[cell] = residual[cell * 3 + channel] }
            return OrderStatistic.value(at: cells / 2, of: &values)
        }
        for cell in 0..<cells {
            for channel in 0..<3 { residual[cell * 3 + channel] -= median[channel] }
        }
        return (median, residual)
    }

    private mutating func follow(median: [Float], residual: [Float], changed: [Bool], regions: [Region]) {
        guard var values = grid?.values else { return }
        var isSlow = changed
        for region in regions {
            for cell in region.cells { isSlow[cell] = true }
        }
        for i in values.indices {
            let move =
                isSlow[i / 3]
                ? min(max(residual[i], -settings.step), settings.step) : settings.rate * residual[i]
            values[i] += settings.rate * median[i % 3] + move
        }
        grid?.values = values
    }
}
