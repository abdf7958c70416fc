internal import Base

/// Resizing by area: output cell i of m covers the input interval [i·n/m, (i+1)·n/m) of n samples and takes their mean,
/// each sample weighted by the length of its overlap. Rows first, then columns; no interpolation when enlarging.
enum AreaAverage {
    /// Weights of one output sample: inputs `first ..< first + weights.count`.
    private struct Taps {
        let first: Int
        let weights: [Float]
    }

    /// `grid` averaged to `width` × `height` cells.
    static func resize(_ grid: PixelGrid, width: Int, height: Int) -> PixelGrid {
        let rows = grid.values.withUnsafeBufferPointer { averageRows($0, grid.width, grid.height, to: height) { $0 } }
        return averageColumns(rows, to: width)
    }

    /// `picture` averaged to `width` × `height` cells.
    static func resize(_ picture: Picture, width: Int, height: Int) -> PixelGrid {
        let rows = picture.pixels.withUnsafeBufferPointer {
            averageRows($0, picture.width, picture.height, to: height) { Float($0) }
        }
        return averageColumns(rows, to: width)
    }

    private static func taps(from n: Int, to m: Int) -> [Taps] {
        let scale = Double(n) / Double(m)
        return (0..<m).map { output in
            let low = Double(output) * scale
            let high = low + scale
            let first = min(Int(low), n - 1)
            let end = max(first + 1, min(Int(high.rounded(.up)), n))
            let weights = (first..<end).map { input in
                Float(max(0, min(high, Double(input + 1)) - max(low, Double(input))) / scale)
            }
            return Taps(first: first, weights: weights)
        }
    }

    @inline(__always)
    private static func averageRows<Sample>(
        _ input: UnsafeBufferPointer<Sample>, _ columns: Int, _ rows: Int, to height: Int, _ level: (Sample) -> Float
    ) -> PixelGrid {
        let line = columns * 3
        let taps = taps(from: rows, to: height)
        let values = [Float](unsafeUninitializedCapacity: height * line) { output, count in
            output.initialize(repeating: 0)
            for (row, tap) in taps.enumerated() {
                let target = output.extracting(row * line..<(row + 1) * line)
                for (offset, weight) in tap.weights.enumerated() {
                    let source = input.extracting((tap.first + offset) * line..<(tap.first + offset + 1) * line)
                    for i in 0..<line { target[i] += weight * level(source[i]) }
                }
            }
            count = height * line
        }
        return PixelGrid(width: columns, height: height, values: values)
    }

    private static func averageColumns(_ grid: PixelGrid, to width: Int) -> PixelGrid {
        let taps = taps(from: grid.width, to: width)
        let values = [Float](unsafeUninitializedCapacity: grid.height * width * 3) { output, count in
            grid.values.withUnsafeBufferPointer { input in
                for row in 0..<grid.height {
                    for (column, tap) in taps.enumerated() {
                        var (red, green, blue) = (Float(0), Float(0), Float(0))
                        var source = (row * grid.width + tap.first) * 3
                        for weight in tap.weights {
                            red += weight * input[source]
                            green += weight * input[source + 1]
                            blue += weight * input[source + 2]
                            source += 3
                        }
                        let target = (row * width + column) * 3
                        output[target] = red
                        output[target + 1] = green
                        output[target + 2] = blue
                    }
                }
            }
            count = grid.height * width * 3
        }
        return PixelGrid(width: width, height: grid.height, values: values)
    }
}
