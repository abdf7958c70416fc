internal import Glibc

// Letters: N, M rows · I inputs · D width · T tokens · H heads.

/// The kernels as their definitions read, in double precision and with plain loops: what the fast versions are tested
/// against. Nothing in the product calls them.
package enum ReferenceKernels {
    /// x [N, D] → softmax(scale · x) of each row; with `isCausal` row r sees its first D − N + r + 1 columns.
    package static func softmax(_ x: [[Float]], scale: Float, isCausal: Bool) -> [[Double]] {
        x.enumerated().map { row, values in
            let seen = isCausal ? values.count - x.count + row + 1 : values.count
            let scaled = values.prefix(seen).map { Double(scale) * Double($0) }
            let largest = scaled.max() ?? 0
            let exponentials = scaled.map { exp($0 - largest) }
            let sum = exponentials.reduce(0, +)
            return exponentials.map { $0 / sum } + Array(repeating: 0, count: values.count - seen)
        }
    }

    /// x [N, D] → rows of mean 0 and variance 1, scaled by `gain` [D] and moved by `shift` [D].
    package static func layerNorm(_ x: [[Float]], gain: [Float], shift: [Float], epsilon: Float) -> [[Double]] {
        x.map { row in
            let values = row.map(Double.init)
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
            return values.indices.map {
                (values[$0] - mean) / (variance + Double(epsilon)).squareRoot() * Double(gain[$0]) + Double(shift[$0])
            }
        }
    }

    /// One value of an activation function.
    package static func activation(_ function: Activation, _ x: Float) -> Double {
        let x = Double(x)
        switch function {
        case .gelu: return 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        case .geluTanh: return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .quickGELU: return x / (1 + exp(-1.702 * x))
        case .silu: return x / (1 + exp(-x))
        case .relu: return max(x, 0)
        }
    }

    /// x [N, I], weight [M, I], bias [M] → x · weightᵀ + bias [N, M].
    package static func linear(_ x: [[Double]], weight: [[Float]], bias: [Float]?) -> [[Double]] {
        x.map { row in
            weight.enumerated().map { output, weights in
                zip(row, weights).reduce(Double(bias?[output] ?? 0)) { $0 + $1.0 * Double($1.1) }
            }
        }
    }

    /// queries [Q, D], keys and values [T, D] → attention of H heads [Q, D], one sequence; with `isCausal` query i sees the
    /// keys 0...T − Q + i.
    package static func attention(
        queries: [[Double]], keys: [[Double]], values: [[Double]], heads: Int, isCausal: Bool
    ) -> [[Double]] {
        let width = queries.first?.count ?? 0
        let headWidth = width / heads
        var mixed = queries.map { $0.map { _ in 0.0 } }
        for head in 0..<heads {
            let columns = head * headWidth..<(head + 1) * headWidth
            for (token, query) in queries.enumerated() {
                let seen = isCausal ? keys.count - queries.count + token + 1 : keys.count
                let scores = keys.prefix(seen).map { key in
                    columns.reduce(0.0) { $0 + query[$1] * key[$1] } / Double(headWidth).squareRoot()
                }
                let largest = scores.max() ?? 0
                let weights = scores.map { exp($0 - largest) }
                let sum = weights.reduce(0, +)
                for column in columns {
                    mixed[token][column] = zip(weights, values).reduce(0.0) { $0 + $1.0 / sum * $1.1[column] }
                }
            }
        }
        return mixed
    }
}
