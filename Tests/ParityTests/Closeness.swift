import NN
import Testing

/// The tolerances of the vectors' README, for 32-bit floats.
enum Tolerance: Float {
    /// Intermediate features.
    case features = 1e-4
    case logits = 1e-3
}

/// Records a failure unless max |found − expected| ≤ tolerance · (1 + max |expected|).
func expectClose(
    _ found: Tensor, _ expected: Tensor, _ tolerance: Tolerance, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        found.count == expected.count, "\(name): \(found.shape), expected \(expected.shape)",
        sourceLocation: sourceLocation)
    let largest = expected.values.map(abs).max() ?? 0
    let difference = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 0
    let bound = tolerance.rawValue * (1 + largest)
    #expect(difference <= bound, "\(name): off by \(difference), allowed \(bound)", sourceLocation: sourceLocation)
}
