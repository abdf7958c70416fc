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
                var count = 0
                for index in mine.indices where abs(Int(mine[index]) - Int(others[index])) > level { count += 1 }
                return count
            }
        }
        return Double(differing) / Double(max(1, levels.count))
    }
}
