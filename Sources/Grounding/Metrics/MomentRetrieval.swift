/// Moment retrieval metrics as QVHighlights' published script computes them (Lei et al., NeurIPS 2021).
public enum MomentRetrieval {
    /// The overlaps asked for: 0.50, 0.55 … 0.95.
    public static let thresholds: [Double] = (10...19).map { Double($0 * 5) / 100 }
    /// Predicted spans that count for the average precision.
    static let mostWindows = 10

    /// Overlap of the first predicted span with the true one that it fits best: true intersection over union picks the true
    /// span, intersection over hull is the result, so that it is 0 where they do not touch.
    public static func firstOverlap(predicted: [[Double]], truth: [[Double]]) -> Double {
        guard let first = predicted.first else { return 0 }
        var best: (window: [Double], overlap: Double)?
        for window in truth {
            let overlap = unionOverlap(first, window)
            if best.map({ overlap > $0.overlap }) ?? true { best = (window, overlap) }
        }
        guard let best else { return 0 }
        let inside = max(0, min(first[1], best.window[1]) - max(first[0], best.window[0]))
        let hull = max(first[1], best.window[1]) - min(first[0], best.window[0])
        return hull == 0 ? 0 : inside / hull
    }

    /// Average precision of one query at each of ``thresholds``: of the first ten spans, by falling score, each takes the
    /// true span that it overlaps most and that is still free; 0 for no prediction.
    public static func averagePrecisions(predicted: [[Double]], truth: [[Double]]) -> [Double] {
        let ranked = predicted.prefix(mostWindows).enumerated().sorted { first, second in
            let (a, b) = (first.element[2], second.element[2])
            return a == b ? first.offset < second.offset : a > b
        }
        guard !ranked.isEmpty, !truth.isEmpty else { return thresholds.map { _ in 0 } }
        let overlaps = ranked.map { item in truth.map { unionOverlap(item.element, $0) } }
        return thresholds.map { threshold in
            let hits = hits(overlaps, threshold: threshold)
            return interpolatedPrecision(hits, truthCount: truth.count)
        }
    }

    /// Whether each prediction, best first, is a true positive.
    private static func hits(_ overlaps: [[Double]], threshold: Double) -> [Bool] {
        var taken = Set<Int>()
        return overlaps.map { row in
            let order = row.indices.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
            for index in order {
                if row[index] < threshold { return false }
                if taken.insert(index).inserted { return true }
            }
            return false
        }
    }

    /// Area under the precision–recall curve, precision made falling from the right.
    private static func interpolatedPrecision(_ hits: [Bool], truthCount: Int) -> Double {
        var (precisions, recalls, count) = ([0.0], [0.0], 0)
        for (index, isHit) in hits.enumerated() {
            count += isHit ? 1 : 0
            precisions.append(Double(count) / Double(index + 1))
            recalls.append(Double(count) / Double(truthCount))
        }
        precisions.append(0)
        recalls.append(1)
        for index in precisions.indices.dropLast().reversed() {
            precisions[index] = max(precisions[index], precisions[index + 1])
        }
        return (1..<recalls.count).reduce(0.0) { sum, index in
            sum + (recalls[index] - recalls[index - 1]) * precisions[index]
        }
    }

    private static func unionOverlap(_ a: [Double], _ b: [Double]) -> Double {
        let inside = max(0, min(a[1], b[1]) - max(a[0], b[0]))
        let union = (a[1] - a[0]) + (b[1] - b[0]) - inside
        return union == 0 ? 0 : inside / union
    }
}
