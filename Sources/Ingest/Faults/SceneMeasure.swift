/// What can be seen in one picture: where its edges lie, and how sharp they are against the noise.
struct SceneMeasure: Sendable {
    /// Side of a cell in pixels.
    static let cell = 4
    /// Directions that edges are told apart by.
    static let directions = 4

    /// Cells a row and in a column.
    let (columns, rows): (Int, Int)
    /// Share of cells with an edge.
    let edgeShare: Double
    /// Rise within pixels over rise between cells, both at the edges and without noise; nil where there is no edge.
    let sharpness: Double?
    /// Direction of each cell's edge plus one; 0 where there is none.
    let edges: [UInt8]

    /// Measures `picture`; too small a picture has no cells.
    init(_ picture: GreyPicture, _ thresholds: FaultThresholds) {
        (columns, rows) = (picture.width / Self.cell, picture.height / Self.cell)
        guard columns > 2, rows > 2 else {
            (edgeShare, sharpness, edges) = (0, nil, [UInt8](repeating: 0, count: columns * rows))
            return
        }
        let (means, energies) = Self.cells(picture, columns, rows)
        // Of a pixel's variance s² the differences to the right and below keep 4 s² together, and the rise between
        // means of 16 pixels, over two cells, s² / 16. The flattest quarter of the cells shows nothing but noise.
        let noise = Self.quartile(energies)
        let least = max(
            thresholds.edgeLevels * thresholds.edgeLevels, thresholds.edgeNoise * thresholds.edgeNoise * noise / 64)
        var edges = [UInt8](repeating: 0, count: columns * rows)
        var (count, fine, coarse) = (0, 0.0, 0.0)
        for row in 1..<rows - 1 {
            for column in 1..<columns - 1 {
                let at = row * columns + column
                let across = Double(means[at + 1] - means[at - 1]) / 2
                let down = Double(means[at + columns] - means[at - columns]) / 2
                let rise = across * across + down * down
                guard rise > least else { continue }
                edges[at] = 1 + Self.direction(across, down)
                count += 1
                coarse += rise
                fine += Double(energies[at])
            }
        }
        self.edges = edges
        edgeShare = Double(count) / Double((columns - 2) * (rows - 2))
        sharpness = count == 0 ? nil : (max(0, fine - noise * Double(count)) / coarse).squareRoot()
    }

    /// Horizontal, vertical, or one of the diagonals.
    private static func direction(_ across: Double, _ down: Double) -> UInt8 {
        let (x, y) = (abs(across), abs(down))
        if x > 2.414 * y { return 0 }
        if y > 2.414 * x { return 1 }
        return (across < 0) == (down < 0) ? 2 : 3
    }

    /// Each cell's mean, and its mean squared difference to the right plus that below.
    private static func cells(_ picture: GreyPicture, _ columns: Int, _ rows: Int) -> ([Float], [Float]) {
        var means = [Float](repeating: 0, count: columns * rows)
        var energies = means
        let width = picture.width
        picture.levels.withUnsafeBufferPointer { levels in
            for row in 0..<rows {
                for column in 0..<columns {
                    var (sum, energy, pairs) = (Int32(0), Int32(0), Int32(0))
                    for y in row * cell..<(row + 1) * cell {
                        for x in column * cell..<(column + 1) * cell {
                            let level = Int32(levels[y * width + x])
                            sum += level
                            guard x + 1 < width, y + 1 < picture.height else { continue }
                            let right = Int32(levels[y * width + x + 1]) - level
                            let below = Int32(levels[(y + 1) * width + x]) - level
                            energy += right * right + below * below
                            pairs += 1
                        }
                    }
                    means[row * columns + column] = Float(sum) / Float(cell * cell)
                    energies[row * columns + column] = Float(energy) / Float(max(1, pairs))
                }
            }
        }
        return (means, energies)
    }

    private static func quartile(_ values: [Float]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : Double(sorted[sorted.count / 4])
    }
}
