/// Highlight detection metrics as QVHighlights' published script computes them (Lei et al., NeurIPS 2021).
public enum HighlightDetection {
    /// The least annotator's score that counts as a highlight.
    public enum Level: String, Sendable, CaseIterable {
        /// 2 and above.
        case fair = "Fair"
        /// 3 and above.
        case good = "Good"
        /// 4, the headline.
        case veryGood = "VeryGood"

        var least: Double {
            switch self {
            case .fair: 2
            case .good: 3
            case .veryGood: 4
            }
        }
    }

    /// Seconds of a clip.
    static let clipSeconds = 2.0

    /// Three annotators → for each clip of the video whether it is a highlight; empty where the annotation has no saliency.
    public static func labels(_ annotation: MomentAnnotation, level: Level) -> [[Bool]] {
        let count = max(0, Int(annotation.duration / clipSeconds))
        var labels = Array(repeating: Array(repeating: false, count: count), count: 3)
        for (clip, scores) in zip(annotation.relevantClipIds ?? [], annotation.saliencyScores ?? []) {
            for (annotator, score) in scores.prefix(3).enumerated() where (0..<count).contains(clip) {
                labels[annotator][clip] = score >= level.least
            }
        }
        return labels
    }

    /// Whether the clip with the highest predicted score, the first of equals, is a highlight to any annotator.
    public static func isHit(predicted: [Double], labels: [[Bool]]) -> Bool {
        guard var best = predicted.indices.first else { return false }
        for index in predicted.indices where predicted[index] > predicted[best] { best = index }
        return labels.contains { best < $0.count && $0[best] }
    }

    /// Average precision of predicted scores against one annotator: the mean, over the points where recall changes, of the
    /// best precision at that recall or more; clips of equal score form one point. Missing scores count as 0; 0 without
    /// and 1 with nothing but highlights.
    public static func averagePrecision(predicted: [Double], labels: [Bool]) -> Double {
        let positives = labels.count { $0 }
        if positives == 0 { return 0 }
        if positives == labels.count { return 1 }
        let padded = predicted.prefix(labels.count) + Array(repeating: 0, count: max(0, labels.count - predicted.count))
        let ranked = zip(padded, labels).sorted { $0.0 > $1.0 }
        var (points, found) = ([(recall: Float, precision: Double)](), 0)
        for (index, item) in ranked.enumerated() {
            found += item.1 ? 1 : 0
            let isLastOfScore = index + 1 == ranked.count || ranked[index + 1].0 != item.0
            if isLastOfScore {
                points.append((Float(Double(found) / Double(positives)), Double(found) / Double(index + 1)))
            }
        }
        for index in points.indices.dropLast().reversed() {
            points[index].precision = max(points[index].precision, points[index + 1].precision)
        }
        var (sum, count, recall) = (0.0, 0, Float(0))
        for point in points where point.recall != recall {
            sum += point.precision
            count += 1
            recall = point.recall
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}
