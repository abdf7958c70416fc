import Base

/// A picture divided into square patches, with the pixels that count.
struct PatchGrid: Sendable {
    private let (columns, rows): (Int, Int)
    private let (width, height, side): (Int, Int, Int)
    /// 1 for each pixel that counts, else 0.
    private let visible: [UInt8]
    /// Pixels that count in each patch; 0 when too few do.
    private let counts: [Int]

    /// The patches of pictures of `width` × `height` pixels; those at the right and lower edge may be smaller.
    init(width: Int, height: Int, _ settings: GateSettings, isMasked: (Double, Double) -> Bool) {
        (self.width, self.height, side) = (width, height, max(1, settings.patch))
        (columns, rows) = ((width + side - 1) / side, (height + side - 1) / side)
        var visible = [UInt8](repeating: 1, count: width * height)
        for y in 0..<height {
            for x in 0..<width where isMasked((Double(x) + 0.5) / Double(width), (Double(y) + 0.5) / Double(height)) {
                visible[y * width + x] = 0
            }
        }
        self.visible = visible
        var (counts, pixels) = ([Int](repeating: 0, count: columns * rows), [Int](repeating: 0, count: columns * rows))
        for y in 0..<height {
            for x in 0..<width {
                counts[y / side * columns + x / side] += Int(visible[y * width + x])
                pixels[y / side * columns + x / side] += 1
            }
        }
        self.counts = zip(counts, pixels).map { count, all in
            Double(count) >= settings.leastVisible * Double(all) ? count : 0
        }
    }

    /// Each patch's mean absolute difference over the pixels that count; -1 where too few do.
    func differences(_ one: GreyPicture, _ other: GreyPicture) -> [Double] {
        var sums = [Int32](repeating: 0, count: columns * rows)
        one.levels.withUnsafeBufferPointer { a in
            other.levels.withUnsafeBufferPointer { b in
                visible.withUnsafeBufferPointer { visible in
                    for y in 0..<height {
                        for column in 0..<columns {
                            var sum = Int32(0)
                            for at in y * width + column * side..<y * width + min(width, (column + 1) * side) {
                                sum &+= abs(Int32(a[at]) &- Int32(b[at])) &* Int32(visible[at])
                            }
                            sums[y / side * columns + column] += sum
                        }
                    }
                }
            }
        }
        return zip(sums, counts).map { $1 == 0 ? -1 : Double($0) / Double($1) }
    }

    /// The boxes of the groups of touching patches (corners touch), in reading order of their first patch.
    func regions(of patches: [Int]) -> [Box] {
        var waiting = Set(patches)
        var boxes: [Box] = []
        for first in patches.sorted() where waiting.remove(first) != nil {
            var (stack, left, top, right, bottom) = ([first], columns, rows, 0, 0)
            while let patch = stack.popLast() {
                let (row, column) = (patch / columns, patch % columns)
                (left, right) = (min(left, column), max(right, column + 1))
                (top, bottom) = (min(top, row), max(bottom, row + 1))
                for y in max(0, row - 1)...min(rows - 1, row + 1) {
                    for x in max(0, column - 1)...min(columns - 1, column + 1)
                    where waiting.remove(y * columns + x) != nil { stack.append(y * columns + x) }
                }
            }
            boxes.append(
                Box(
                    left: Double(left * side) / Double(width), top: Double(top * side) / Double(height),
                    right: Double(right * side) / Double(width), bottom: Double(bottom * side) / Double(height)))
        }
        return boxes
    }
}
