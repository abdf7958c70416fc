// Letters: N rows · I inputs · O outputs.

/// 8-bit layers as their definitions read: what the fast versions are tested against, to the last bit where numbers are
/// whole.
package enum ReferenceQuantisation {
    /// Weights of one output [I] → bytes −127…127 and their scale: weight ≈ scale · byte.
    package static func weights(_ row: [Float]) -> (bytes: [Int], scale: Float) {
        let scale = (row.map(\.magnitude).max() ?? 0) / 127
        guard scale >= .leastNormalMagnitude else { return (row.map { _ in 0 }, 0) }
        return (row.map { Int(($0 * (1 / scale)).rounded(.toNearestOrEven)) }, scale)
    }

    /// One row of input [I] → bytes 0…255, scale and zero point: x ≈ scale · (byte − zero).
    package static func input(_ row: [Float]) -> (bytes: [Int], scale: Float, zero: Int) {
        let (low, high) = (min(row.min() ?? 0, 0), max(row.max() ?? 0, 0))
        let scale = high / 255 - low / 255
        guard scale >= .leastNormalMagnitude else { return (row.map { _ in 0 }, 0, 0) }
        let zero = (-low / scale).rounded(.toNearestOrEven)
        let bytes = row.map { Int(min(max($0 * (1 / scale) + zero, 0), 255).rounded(.toNearestOrEven)) }
        return (bytes, scale, Int(zero))
    }

    /// x [N, I], weight [O, I] → the whole sums of products of their bytes [N, O].
    package static func product(_ x: [[Float]], _ weight: [[Float]]) -> [[Int]] {
        let rows = weight.map { weights($0).bytes }
        return x.map { x in
            let bytes = input(x).bytes
            return rows.map { zip(bytes, $0).reduce(0) { $0 + $1.0 * $1.1 } }
        }
    }

    /// x [N, I], weight [O, I], bias [O] → what the layer means by its bytes [N, O].
    package static func linear(_ x: [[Float]], weight: [[Float]], bias: [Float]?) -> [[Double]] {
        let outputs = weight.map(weights)
        return x.map { x in
            let input = input(x)
            return outputs.enumerated().map { output, weights in
                let sum = zip(input.bytes, weights.bytes).reduce(0) { $0 + ($1.0 - input.zero) * $1.1 }
                return Double(sum) * Double(input.scale) * Double(weights.scale) + Double(bias?[output] ?? 0)
            }
        }
    }
}
