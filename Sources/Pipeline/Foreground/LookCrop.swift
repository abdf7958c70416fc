package import Base

/// A square view of a frame, ready for the encoder, and where it was taken.
package struct LookPicture: Sendable {
    /// The part of the frame that moved (the whole frame when nothing did).
    package let box: Box
    /// Square, ``ForegroundSettings/look`` pixels wide.
    package let pixels: PixelGrid
}

/// Cuts the looks out of a frame: look 0 holds all that moved, further looks one region each; what equals the
/// background is dimmed towards grey.
package struct LookCrop: Sendable {
    private let settings: ForegroundSettings

    /// A cutter with these constants.
    package init(_ settings: ForegroundSettings = ForegroundSettings()) { self.settings = settings }

    /// The looks at `picture`, at least one. A flooded frame is shown whole and undimmed, an unchanged one whole and
    /// dimmed.
    package func looks(at picture: Picture, _ foreground: Foreground) -> [LookPicture] {
        guard let first = foreground.regions.first else {
            var whole = AreaAverage.resize(picture, width: settings.look, height: settings.look)
            if !foreground.isFlooded { whole.values = whole.values.map(dimmed) }
            return [LookPicture(box: .whole, pixels: whole)]
        }
        let rest = foreground.regions.dropFirst()
        let union = rest.reduce(first.box) { $0.union($1.box) }
        var result = [crop(picture, union, cells: foreground.regions.flatMap(\.cells), foreground)]
        if !rest.isEmpty {
            result += foreground.regions.map { crop(picture, $0.box, cells: $0.cells, foreground) }
        }
        return result
    }

    private func dimmed(_ value: Float) -> Float { settings.keep * value + (1 - settings.keep) * settings.grey }

    private func crop(
        _ picture: Picture, _ box: Region.CellBox, cells: [Int], _ foreground: Foreground
    ) -> LookPicture {
        let (columns, rows) = (foreground.columns, foreground.rows)
        let square = PixelSquare(box, width: picture.width, height: picture.height, columns: columns, rows: rows)
        var isLit = [Bool](repeating: false, count: columns * rows)
        for cell in cells { isLit[cell] = true }
        var values = [Float](repeating: settings.grey, count: square.side * square.side * 3)
        let shown = max(square.x, 0)..<min(square.x + square.side, picture.width)
        let runs = Self.runs(shown, width: picture.width, columns: columns)
        values.withUnsafeMutableBufferPointer { values in
            picture.pixels.withUnsafeBufferPointer { pixels in
                for y in max(square.y, 0)..<min(square.y + square.side, picture.height) {
                    let gridRow = y * rows / picture.height * columns
                    let (source, target) = (y * picture.width * 3, ((y - square.y) * square.side - square.x) * 3)
                    for (column, run) in runs {
                        let levels = run.lowerBound * 3..<run.upperBound * 3
                        if isLit[gridRow + column] {
                            for at in levels { values[target + at] = Float(pixels[source + at]) }
                        } else {
                            for at in levels { values[target + at] = dimmed(Float(pixels[source + at])) }
                        }
                    }
                }
            }
        }
        let cut = PixelGrid(width: square.side, height: square.side, values: values)
        return LookPicture(
            box: Box(
                left: Double(box.left) / Double(columns), top: Double(box.top) / Double(rows),
                right: Double(box.right) / Double(columns), bottom: Double(box.bottom) / Double(rows)),
            pixels: AreaAverage.resize(cut, width: settings.look, height: settings.look))
    }

    /// The pixels of `shown` by the column of the grid that they lie in.
    private static func runs(_ shown: Range<Int>, width: Int, columns: Int) -> [(column: Int, pixels: Range<Int>)] {
        var runs: [(column: Int, pixels: Range<Int>)] = []
        for x in shown {
            let column = x * columns / width
            if let last = runs.last, last.column == column {
                runs[runs.count - 1].pixels = last.pixels.lowerBound..<x + 1
            } else {
                runs.append((column, x..<x + 1))
            }
        }
        return runs
    }
}
