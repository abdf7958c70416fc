internal import Base

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

    /// Each cell's mean, and its mean squared difference to the right plus that below; a picture's last pixels have no such
    /// neighbours.
    private static func cells(_ picture: GreyPicture, _ columns: Int, _ rows: Int) -> ([Float], [Float]) {
        var (means, energies) = ([Float](), [Float]())
        let (used, paired) = (columns * cell, min(columns * cell, picture.width - 1))
        // Of a row of cells, for each column of pixels.
        var sums = [Int32](repeating: 0, count: used)
        var squares = sums
        for row in 0..<rows {
            let lines = row * cell..<(row + 1) * cell
            add(lines, of: picture, paired, to: &sums, &squares)
            let linesPaired = min(lines.upperBound, picture.height - 1) - lines.lowerBound
            for column in 0..<columns {
                let pixels = column * cell..<(column + 1) * cell
                let pairs = linesPaired * (min(pixels.upperBound, paired) - pixels.lowerBound)
                var (sum, energy) = (Int32(0), Int32(0))
                for x in pixels { (sum, energy) = (sum + sums[x], energy + squares[x]) }
                means.append(Float(sum) / Float(cell * cell))
                energies.append(Float(energy) / Float(max(1, pairs)))
            }
        }
        return (means, energies)
    }

    private static func add(
        _ lines: Range<Int>, of picture: GreyPicture, _ paired: Int, to sums: inout [Int32], _ squares: inout [Int32]
    ) {
        for x in sums.indices { (sums[x], squares[x]) = (0, 0) }
        let width = picture.width
        picture.levels.withUnsafeBufferPointer { levels in
            sums.withUnsafeMutableBufferPointer { sums in
                squares.withUnsafeMutableBufferPointer { squares in
                    for y in lines {
                        let line = levels.extracting(y * width..<(y + 1) * width)
                        for x in 0..<sums.count { sums[x] &+= Int32(line[x]) }
                        guard y + 1 < picture.height else { continue }
                        let next = levels.extracting((y + 1) * width..<(y + 2) * width)
                        let shifted = line.extracting(1..<width)
                        for x in 0..<paired {
                            let right = Int32(shifted[x]) &- Int32(line[x])
                            let below = Int32(next[x]) &- Int32(line[x])
                            squares[x] &+= right &* right &+ below &* below
                        }
                    }
                }
            }
        }
    }

    private static func quartile(_ values: [Float]) -> Double {
        var values = values
        return values.isEmpty ? 0 : Double(OrderStatistic.value(at: values.count / 4, of: &values))
    }
}
