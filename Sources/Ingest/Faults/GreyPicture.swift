public import Base

/// Brightness alone: BT.601 luma of a picture in whole grey levels.
public struct GreyPicture: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// `height · width` grey levels, rows from the top.
    public let levels: [UInt8]

    /// The luma of `picture`.
    public init(_ picture: Picture) {
        (width, height) = (picture.width, picture.height)
        let count = picture.width * picture.height
        levels = picture.pixels.withUnsafeBufferPointer { pixels in
            [UInt8](unsafeUninitializedCapacity: count) { levels, initialised in
                for index in 0..<count {
                    let (red, green, blue) = (
                        UInt32(pixels[index * 3]), UInt32(pixels[index * 3 + 1]), UInt32(pixels[index * 3 + 2])
                    )
                    // 0.299, 0.587, 0.114 in 1/256, rounded; they add up to 256.
                    levels[index] = UInt8((77 * red + 150 * green + 29 * blue + 128) >> 8)
                }
                initialised = count
            }
        }
    }

    /// The share of pixels that differ from `other`, of the same size, by more than `level`.
    func shareDiffering(from other: GreyPicture, byMoreThan level: Int) -> Double {
        let differing = levels.withUnsafeBufferPointer { mine in
            other.levels.withUnsafeBufferPointer { others in
                let limit = UInt8(clamping: level)
                var count = 0
                // As many at a time as 16 bits count.
                for start in stride(from: 0, to: mine.count, by: 65_535) {
                    let part = start..<min(start + 65_535, mine.count)
                    count += Int(Self.differing(mine.extracting(part), others.extracting(part), limit))
                }
                return count
            }
        }
        return Double(differing) / Double(max(1, levels.count))
    }

    /// Levels that differ by more than `limit`; both parts have the same number of levels, at most 65535.
    private static func differing(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>, _ limit: UInt8
    ) -> UInt16 {
        var count = UInt16(0)
        for index in 0..<one.count {
            let (a, b) = (UInt16(one[index]), UInt16(other[index]))
            // Carries into the ninth bit: no branch, so that many are counted in one instruction.
            count &+= (max(a, b) &- min(a, b) &+ UInt16(255 &- limit)) >> 8
        }
        return count
    }
}
