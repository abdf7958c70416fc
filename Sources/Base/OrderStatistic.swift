/// Values by their rank, without sorting the others.
public enum OrderStatistic {
    /// The value that would stand at index `rank` if `values` were sorted. Reorders `values`, which must hold more than `rank`;
    /// takes time in proportion to their number (Hoare's selection). Not-a-number may end up anywhere.
    public static func value(at rank: Int, of values: inout [Float]) -> Float {
        precondition(values.indices.contains(rank), "rank \(rank) of \(values.count) values")
        return values.withUnsafeMutableBufferPointer { values in
            var (low, high) = (0, values.count - 1)
            while low < high {
                let middle = low + (high - low) / 2
                let pivot = median(values[low], values[middle], values[high])
                var (up, down) = (low, high)
                while up <= down {
                    while values[up] < pivot { up += 1 }
                    while pivot < values[down] { down -= 1 }
                    guard up <= down else { break }
                    values.swapAt(up, down)
                    up += 1
                    down -= 1
                }
                // All up to `down` are at most the pivot, all from `up` at least; between them stands the pivot itself.
                if rank <= down {
                    high = down
                } else if rank >= up {
                    low = up
                } else {
                    return values[rank]
                }
            }
            return values[rank]
        }
    }

    private static func median(_ a: Float, _ b: Float, _ c: Float) -> Float {
        max(min(a, b), min(max(a, b), c))
    }
}
