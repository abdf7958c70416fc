// Letters: H, W rows and columns of a grid · T places in a row · D width of each place.

/// Resizing of grids of vectors as `torch.nn.functional.interpolate` computes it (ATen, `UpSample.h`): each direction is a
/// matrix of weights, applied as one product.
public enum Interpolation: Sendable, CaseIterable {
    /// `mode="nearest"`
    case nearest
    /// `mode="linear"` or `"bilinear"`, `align_corners=False`
    case linear
    /// The same with `align_corners=True`
    case linearAligned
    /// `mode="bicubic"`, `align_corners=False`: cubic convolution with a = −0.75 (Keys 1981)
    case cubic
    /// `mode="bilinear"`, `antialias=True`: the filter is widened when shrinking
    case linearAntialiased
    /// `mode="bicubic"`, `antialias=True`: the same with the cubic of a = −0.5
    case cubicAntialiased

    /// The weights [output, input] of one direction; every row sums to 1.
    public func weights(input: Int, output: Int) -> Tensor {
        precondition(input > 0 && output > 0, "\(input) places to \(output)")
        return Tensor(shape: [output, input]) { result in
            result.initialize(repeating: 0)
            for place in 0..<output {
                for (source, weight) in taps(place, input: input, output: output) {
                    result[place * input + source] += weight
                }
            }
        }
    }

    /// The input places that one output place reads, each with its weight. Arithmetic is in 32 bits, as torch's.
    private func taps(_ place: Int, input: Int, output: Int) -> [(source: Int, weight: Float)] {
        let scale = Float(input) / Float(output)
        switch self {
        case .nearest: return [(min(Int(Float(place) * scale), input - 1), 1)]
        case .linear: return Self.pair(at: max(0, (Float(place) + 0.5) * scale - 0.5), input)
        case .linearAligned:
            return Self.pair(at: output > 1 ? Float(place) * Float(input - 1) / Float(output - 1) : 0, input)
        case .cubic: return Self.four(at: (Float(place) + 0.5) * scale - 0.5, input)
        case .linearAntialiased: return Self.wide(place, scale, input, reach: 1) { max(0, 1 - abs($0)) }
        case .cubicAntialiased:
            return Self.wide(place, scale, input, reach: 2) { Self.convolution(abs($0), a: -0.5) }
        }
    }

    private static func pair(at position: Float, _ input: Int) -> [(source: Int, weight: Float)] {
        let lower = min(Int(position), input - 1)
        let upper = min(lower + 1, input - 1)
        let part = position - Float(lower)
        return [(lower, 1 - part), (upper, part)]
    }

    private static func four(at position: Float, _ input: Int) -> [(source: Int, weight: Float)] {
        let floor = position.rounded(.down)
        let part = position - floor
        return (-1...2).map { step in
            let source = min(max(Int(floor) + step, 0), input - 1)
            return (source, convolution(abs(part - Float(step)), a: -0.75))
        }
    }

    private static func wide(
        _ place: Int, _ scale: Float, _ input: Int, reach: Float, _ filter: (Float) -> Float
    ) -> [(source: Int, weight: Float)] {
        let widening = max(scale, 1)
        let support = reach * widening
        let centre = scale * (Float(place) + 0.5)
        let first = max(0, Int(centre - support + 0.5))
        let end = min(input, Int(centre + support + 0.5))
        let weights = (first..<end).map { filter((Float($0) - centre + 0.5) / widening) }
        let sum = weights.reduce(0, +)
        return zip(first..<end, weights).map { ($0, sum == 0 ? $1 : $1 / sum) }
    }

    /// Keys' cubic convolution kernel at distance `x`.
    private static func convolution(_ x: Float, a: Float) -> Float {
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
        return 0
    }
}

extension Tensor {
    /// x [T, D] → [count, D].
    public func resized(count: Int, _ interpolation: Interpolation) -> Tensor {
        expect(nil, nil)
        let weights = interpolation.weights(input: shape[0], output: count)
        let (places, width) = (shape[0], shape[1])
        return Tensor(shape: [count, width]) { result in
            weights.withPointer { weights in
                withPointer { source in
                    BLAS.multiply(
                        weights, stride: places, source, stride: width, into: result.start, stride: width, m: count,
                        n: width, k: places)
                }
            }
        }
    }

    /// x [H, W, D] → [rows, columns, D].
    public func resized(rows: Int, columns: Int, _ interpolation: Interpolation) -> Tensor {
        expect(nil, nil, nil)
        let (height, width, depth) = (shape[0], shape[1], shape[2])
        let tall = reshaped([height, width * depth]).resized(count: rows, interpolation)
        let weights = interpolation.weights(input: width, output: columns)
        return Tensor(shape: [rows, columns, depth]) { result in
            weights.withPointer { weights in
                tall.withPointer { source in
                    for row in 0..<rows {
                        BLAS.multiply(
                            weights, stride: width, source + row * width * depth, stride: depth,
                            into: result.start + row * columns * depth, stride: depth, m: columns, n: depth, k: width)
                    }
                }
            }
        }
    }
}
