import Base

/// Resizes 8-bit pictures bit for bit as Pillow does: columns first, rounded to 8 bits, then rows (`Resample.c`,
/// `ImagingResample`). Only the wanted window of the result is computed.
enum PictureResampler {
    /// The window `columns` × `rows` of `picture` resized to `width` × `height`.
    static func resize(
        _ picture: Picture, width: Int, height: Int, columns: Range<Int>, rows: Range<Int>, filter: ResampleFilter
    ) -> Picture {
        precondition(!columns.isEmpty && !rows.isEmpty, "window \(columns) × \(rows)")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns \(columns) of \(width)")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height, "rows \(rows) of \(height)")
        let across = ResampleWeights(filter, input: picture.width, output: width, wanted: columns)
        let down = ResampleWeights(filter, input: picture.height, output: height, wanted: rows)
        let lines = down.inputRange
        let narrow = picture.pixels.withUnsafeBufferPointer {
            resampleColumns($0, width: picture.width, lines: lines, across)
        }
        let pixels = narrow.withUnsafeBufferPointer {
            resampleRows($0, rowLength: columns.count * 3, firstLine: lines.lowerBound, down)
        }
        return Picture(width: columns.count, height: rows.count, pixels: pixels)
    }

    private static func resampleColumns(
        _ source: UnsafeBufferPointer<UInt8>, width: Int, lines: Range<Int>, _ weights: ResampleWeights
    ) -> [UInt8] {
        let columns = weights.firsts.count
        return [UInt8](unsafeUninitializedCapacity: lines.count * columns * 3) { result, count in
            var target = 0
            for line in lines {
                for column in 0..<columns {
                    var (red, green, blue) = (rounding, rounding, rounding)
                    var pixel = (line * width + weights.firsts[column]) * 3
                    for index in weights.starts[column]..<weights.starts[column + 1] {
                        let weight = weights.weights[index]
                        red &+= Int32(source[pixel]) &* weight
                        green &+= Int32(source[pixel + 1]) &* weight
                        blue &+= Int32(source[pixel + 2]) &* weight
                        pixel += 3
                    }
                    result[target] = clamped(red)
                    result[target + 1] = clamped(green)
                    result[target + 2] = clamped(blue)
                    target += 3
                }
            }
            count = target
        }
    }

    private static func resampleRows(
        _ source: UnsafeBufferPointer<UInt8>, rowLength: Int, firstLine: Int, _ weights: ResampleWeights
    ) -> [UInt8] {
        let rows = weights.firsts.count
        return [UInt8](unsafeUninitializedCapacity: rows * rowLength) { result, count in
            var sums = [Int32](repeating: rounding, count: rowLength)
            for row in 0..<rows {
                for i in 0..<rowLength { sums[i] = rounding }
                var line = (weights.firsts[row] - firstLine) * rowLength
                for index in weights.starts[row]..<weights.starts[row + 1] {
                    let weight = weights.weights[index]
                    for i in 0..<rowLength { sums[i] &+= Int32(source[line + i]) &* weight }
                    line += rowLength
                }
                for i in 0..<rowLength { result[row * rowLength + i] = clamped(sums[i]) }
            }
            count = rows * rowLength
        }
    }

    private static let rounding = Int32(1) << Int32(ResampleWeights.precision - 1)

    private static func clamped(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> Int32(ResampleWeights.precision)) }
}
