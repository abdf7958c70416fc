internal import Foundation

// K components · D width, a handful: plain loops

/// A mixture of Gaussians with full covariances: a density of motion attributes.
package struct GaussianMixture: Sendable {
    private struct Component: Sendable {
        let logWeight: Double
        let mean: [Double]
        let factor: [[Double]]  // lower Cholesky factor of the covariance
        let logNormaliser: Double
    }

    private let components: [Component]

    /// A mixture of given parameters: `weights` [K], `means` [K][D], `covariances` [K][D][D]; nil when the shapes do not
    /// fit or a covariance is not positive definite.
    package init?(weights: [Double], means: [[Double]], covariances: [[[Double]]]) {
        guard !weights.isEmpty, weights.count == means.count, means.count == covariances.count else { return nil }
        let width = means[0].count
        var parts: [Component] = []
        for (weight, (mean, covariance)) in zip(weights, zip(means, covariances)) {
            guard weight > 0, mean.count == width, covariance.count == width,
                let factor = Self.cholesky(covariance)
            else { return nil }
            let logDeterminant = factor.indices.reduce(0) { $0 + log(factor[$1][$1]) }
            parts.append(
                Component(
                    logWeight: log(weight), mean: mean, factor: factor,
                    logNormaliser: -0.5 * Double(width) * log(2 * .pi) - logDeterminant))
        }
        components = parts
    }

    /// −ln density at `x` [D].
    package func negativeLogLikelihood(_ x: [Double]) -> Double {
        let terms = components.map { $0.logWeight + Self.logDensity(x, $0) }
        let highest = terms.max() ?? 0
        return -(highest + log(terms.reduce(0) { $0 + exp($1 - highest) }))
    }

    private static func logDensity(_ x: [Double], _ component: Component) -> Double {
        var solved: [Double] = []
        for row in component.factor.indices {
            var value = x[row] - component.mean[row]
            for column in 0..<row { value -= component.factor[row][column] * solved[column] }
            solved.append(value / component.factor[row][row])
        }
        return component.logNormaliser - 0.5 * solved.reduce(0) { $0 + $1 * $1 }
    }

    private static func cholesky(_ matrix: [[Double]]) -> [[Double]]? {
        var lower = [[Double]](repeating: [Double](repeating: 0, count: matrix.count), count: matrix.count)
        for row in matrix.indices {
            guard matrix[row].count == matrix.count else { return nil }
            for column in 0...row {
                var value = matrix[row][column]
                for k in 0..<column { value -= lower[row][k] * lower[column][k] }
                if row == column {
                    guard value > 0 else { return nil }
                    lower[row][row] = value.squareRoot()
                } else {
                    lower[row][column] = value / lower[column][column]
                }
            }
        }
        return lower
    }
}

extension GaussianMixture {
    /// Fits `count` components to `samples` [N][D] by expectation–maximisation from samples far from each other; `ridge` is added
    /// to every variance. nil when there are fewer samples than components.
    package static func fit(_ samples: [[Double]], count: Int, rounds: Int = 50, ridge: Double = 1e-6)
        -> GaussianMixture?
    {
        guard count > 0, samples.count >= count, let width = samples.first?.count else { return nil }
        let seeds = farthest(samples, count)
        let spread = covariance(samples, weights: samples.map { _ in 1 }, mean: mean(samples), ridge: ridge)
        var mixture = GaussianMixture(
            weights: seeds.map { _ in 1 / Double(count) }, means: seeds, covariances: seeds.map { _ in spread })
        for _ in 0..<rounds {
            guard let current = mixture else { return nil }
            let shares = samples.map(current.responsibilities)
            var (weights, means, covariances) = ([Double](), [[Double]](), [[[Double]]]())
            for component in 0..<count {
                let column = shares.map { $0[component] }
                let total = max(column.reduce(0, +), 1e-12)
                let centre = (0..<width).map { d in zip(column, samples).reduce(0) { $0 + $1.0 * $1.1[d] } / total }
                weights.append(total / Double(samples.count))
                means.append(centre)
                covariances.append(covariance(samples, weights: column, mean: centre, ridge: ridge))
            }
            mixture = GaussianMixture(weights: weights, means: means, covariances: covariances) ?? mixture
        }
        return mixture
    }

    /// The first sample and, one by one, the sample farthest from those chosen.
    private static func farthest(_ samples: [[Double]], _ count: Int) -> [[Double]] {
        var chosen = [samples[0]]
        var distances = samples.map { _ in Double.infinity }
        while chosen.count < count {
            let last = chosen[chosen.count - 1]
            for (index, sample) in samples.enumerated() {
                let square = zip(sample, last).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                distances[index] = min(distances[index], square)
            }
            chosen.append(samples[distances.indices.max { distances[$0] < distances[$1] } ?? 0])
        }
        return chosen
    }

    private func responsibilities(_ x: [Double]) -> [Double] {
        let terms = components.map { $0.logWeight + Self.logDensity(x, $0) }
        let highest = terms.max() ?? 0
        let weights = terms.map { exp($0 - highest) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    private static func mean(_ samples: [[Double]]) -> [Double] {
        samples[0].indices.map { d in samples.reduce(0) { $0 + $1[d] } / Double(samples.count) }
    }

    private static func covariance(_ samples: [[Double]], weights: [Double], mean: [Double], ridge: Double)
        -> [[Double]]
    {
        let total = max(weights.reduce(0, +), 1e-12)
        return mean.indices.map { a in
            mean.indices.map { b in
                let sum = zip(weights, samples).reduce(0) { $0 + $1.0 * ($1.1[a] - mean[a]) * ($1.1[b] - mean[b]) }
                return sum / total + (a == b ? ridge : 0)
            }
        }
    }
}
