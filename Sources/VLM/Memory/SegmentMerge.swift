package import NN

// Letters: N tokens · D width · H heads of the metric · r tokens merged in a step.

/// LongVLM's merging of a segment's tokens (Weng et al. 2024, section 3.2; token merging: Bolya et al. 2023): in each step the
/// tokens at even places are matched with those at odd places, and the best matches become one.
package struct SegmentMerge: Sendable {
    /// How many tokens each step merges, at most half of those there are.
    package var steps: [Int]
    /// H: the metric is the mean of so many equal parts of a token.
    package var heads: Int

    /// A merge by the given steps.
    package init(steps: [Int], heads: Int) {
        self.steps = steps
        self.heads = heads
    }

    /// What one step did, in numbers of even and odd tokens.
    package struct Step: Equatable, Sendable {
        /// Even tokens that stayed, best match first; they come before all odd ones.
        package var unmerged: [Int]
        /// Even tokens that were merged, best match first, and the odd ones that took them.
        package var sources, targets: [Int]
    }

    /// tokens [N, D] → merged tokens [M, D], how many of the N each stands for, and what every step did.
    package func merged(_ tokens: Tensor) -> (tokens: Tensor, sizes: [Float], steps: [Step]) {
        var (tokens, sizes, log) = (tokens, [Float](repeating: 1, count: tokens.shape[0]), [Step]())
        for count in steps {
            let step = plan(tokens, count: min(count, tokens.shape[0] / 2))
            (tokens, sizes) = Self.applied(step, tokens, sizes)
            log.append(step)
        }
        return (tokens, sizes, log)
    }

    private func plan(_ tokens: Tensor, count: Int) -> Step {
        let metric = metric(tokens)
        let even = metric.gathered(rows: Array(stride(from: 0, to: metric.shape[0], by: 2)))
        let odd = metric.gathered(rows: Array(stride(from: 1, to: metric.shape[0], by: 2)))
        let scores = Similarity.dot(rows: even, columns: odd).rowArrays
        let best = scores.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
        let order = scores.indices.sorted { (scores[$1][best[$1]], $0) < (scores[$0][best[$0]], $1) }
        let sources = Array(order.prefix(count))
        return Step(unmerged: Array(order.dropFirst(count)), sources: sources, targets: sources.map { best[$0] })
    }

    /// tokens [N, D] → rows of length 1 [N, D / H].
    private func metric(_ tokens: Tensor) -> Tensor {
        let (count, width) = (tokens.shape[0], tokens.shape[1])
        precondition(width % heads == 0, "\(heads) heads of width \(width)")
        let part = width / heads
        let means = Tensor(shape: [count, part]) { result in
            tokens.withValues { source in
                for row in 0..<count {
                    for i in 0..<part {
                        let sum = (0..<heads).reduce(Float(0)) { $0 + source[row * width + $1 * part + i] }
                        result[row * part + i] = sum / Float(heads)
                    }
                }
            }
        }
        return means.normalisedRows()
    }

    private static func applied(_ step: Step, _ tokens: Tensor, _ sizes: [Float]) -> (tokens: Tensor, sizes: [Float]) {
        let width = tokens.shape[1]
        var sums = tokens
        var counts = sizes
        sums.withMutableValues { values in
            for row in sizes.indices { for i in 0..<width { values[row * width + i] *= sizes[row] } }
            for (source, target) in zip(step.sources, step.targets) {
                let (from, to) = (2 * source * width, (2 * target + 1) * width)
                for i in 0..<width { values[to + i] += values[from + i] }
                counts[2 * target + 1] += counts[2 * source]
            }
            for row in sizes.indices { for i in 0..<width { values[row * width + i] /= counts[row] } }
        }
        let rows = step.unmerged.map { 2 * $0 } + stride(from: 1, to: sizes.count, by: 2)
        return (sums.gathered(rows: rows), rows.map { counts[$0] })
    }
}
