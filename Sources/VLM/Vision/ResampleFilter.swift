internal import Glibc

/// The filters of Pillow's `Image.resize`, under the numbers that `preprocessor_config.json` uses for `resample`.
enum ResampleFilter: Int, Sendable, CaseIterable {
    case nearest = 0
    case lanczos = 1
    case bilinear = 2
    case bicubic = 3
    case box = 4
    case hamming = 5

    /// Half the filter's width at scale 1, in pixels.
    var support: Double {
        switch self {
        case .nearest, .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter's weight at distance `x` from its centre.
    func weight(_ x: Double) -> Double {
        let distance = abs(x)
        switch self {
        case .nearest, .box: return x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: return max(0, 1 - distance)
        case .bicubic: return Self.cubic(distance)
        case .hamming:
            guard distance > 0 else { return 1 }
            return distance < 1 ? Self.sinc(distance) * (0.54 + 0.46 * cos(distance * .pi)) : 0
        case .lanczos: return distance < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        }
    }

    /// Keys' cubic convolution with a = −0.5.
    private static func cubic(_ x: Double) -> Double {
        let a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}

/// For each wanted output pixel of one direction: the first input pixel it reads and its weights, in Pillow's 22-bit
/// fixed point (`Resample.c`: `precompute_coeffs`, `normalize_coeffs_8bpc`).
struct ResampleWeights {
    static let precision = 22

    let firsts: [Int]
    /// Index into `weights` of each pixel's first weight, and the end of the last.
    let starts: [Int]
    let weights: [Int32]

    /// Weights of the output pixels `wanted` when `input` pixels become `output`, with the filter widened when shrinking
    /// (antialias).
    init(_ filter: ResampleFilter, input: Int, output: Int, wanted: Range<Int>) {
        let scale = Double(input) / Double(output)
        let widening = max(scale, 1)
        let support = filter.support * widening
        var (firsts, starts, weights) = ([Int](), [0], [Int32]())
        for pixel in wanted {
            let centre = (Double(pixel) + 0.5) * scale
            if filter == .nearest {
                firsts.append(min(Int(centre), input - 1))
                weights.append(1 << Int32(Self.precision))
            } else {
                let first = max(0, Int(centre - support + 0.5))
                let end = min(input, Int(centre + support + 0.5))
                let exact = (first..<end).map { filter.weight((Double($0) - centre + 0.5) / widening) }
                let sum = exact.reduce(0, +)
                firsts.append(first)
                for weight in exact {
                    let scaled = (sum == 0 ? weight : weight / sum) * Double(1 << Self.precision)
                    weights.append(Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
                }
            }
            starts.append(weights.count)
        }
        (self.firsts, self.starts, self.weights) = (firsts, starts, weights)
    }

    /// The input pixels that any of the wanted pixels reads.
    var inputRange: Range<Int> {
        let ends = firsts.indices.map { firsts[$0] + starts[$0 + 1] - starts[$0] }
        return (firsts.min() ?? 0)..<(ends.max() ?? 0)
    }
}
