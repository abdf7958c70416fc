/// A convolution as its definition reads, in double precision: what ``Convolution`` is tested against. Nothing in the product
/// calls it.
package enum ReferenceConvolution {
    /// x [T][H][W][C], weight [O][C][kt][kh][kw] as published, bias [O] → [T'][H'][W'][O].
    package static func convolved(
        _ x: [[[[Double]]]], weight: [[[[[Double]]]]], bias: [Double], stride: Convolution.Extents,
        padding: Convolution.Extents
    ) -> [[[[Double]]]] {
        let kernel = (weight[0][0].count, weight[0][0][0].count, weight[0][0][0][0].count)
        let extents = (x.count, x[0].count, x[0][0].count)
        let counts = (
            (extents.0 + 2 * padding.time - kernel.0) / stride.time + 1,
            (extents.1 + 2 * padding.rows - kernel.1) / stride.rows + 1,
            (extents.2 + 2 * padding.columns - kernel.2) / stride.columns + 1
        )
        func value(_ t: Int, _ y: Int, _ z: Int, _ channel: Int) -> Double {
            let isInside = x.indices.contains(t) && x[0].indices.contains(y) && x[0][0].indices.contains(z)
            return isInside ? x[t][y][z][channel] : 0
        }
        return (0..<counts.0).map { t in
            (0..<counts.1).map { y in
                (0..<counts.2).map { z in
                    weight.indices.map { output in
                        var sum = bias[output]
                        for channel in weight[output].indices {
                            for (a, b, c) in taps(kernel) {
                                let place = (
                                    t * stride.time - padding.time + a, y * stride.rows - padding.rows + b,
                                    z * stride.columns - padding.columns + c
                                )
                                sum += weight[output][channel][a][b][c] * value(place.0, place.1, place.2, channel)
                            }
                        }
                        return sum
                    }
                }
            }
        }
    }

    private static func taps(_ kernel: (Int, Int, Int)) -> [(Int, Int, Int)] {
        (0..<kernel.0).flatMap { a in (0..<kernel.1).flatMap { b in (0..<kernel.2).map { c in (a, b, c) } } }
    }
}
