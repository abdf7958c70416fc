internal import Base

/// The chosen smoothing of scores over time.
enum Smoother: Sendable, Codable {
    case average(TimeAverage)
    case cumulative(CumulativeSum, scale: Double)

    init(_ smoothing: AnomalyConstants.Smoothing) {
        switch smoothing {
        case .average(let timeConstant): self = .average(TimeAverage(timeConstant: timeConstant))
        case .cumulative(let baseline, let scale):
            self = .cumulative(CumulativeSum(baseline: baseline, ceiling: 20 * scale), scale: scale)
        }
    }

    mutating func take(_ score: Double, at seconds: Double) -> Double {
        switch self {
        case .average(var average):
            let value = average.take(score, at: seconds)
            self = .average(average)
            return value
        case .cumulative(var sum, let scale):
            let value = sum.take(score, at: seconds) / scale
            self = .cumulative(sum, scale: scale)
            return value
        }
    }

    mutating func reset() {
        switch self {
        case .average(var average):
            average.reset()
            self = .average(average)
        case .cumulative(var sum, let scale):
            sum.reset()
            self = .cumulative(sum, scale: scale)
        }
    }
}
