internal import Foundation

/// Retrieval from a memory of normal and anomalous captions: the score of Flashback (Lee et al., 2025).
package struct RetrievalScore: Sendable, Equatable {
    /// The entries found, best first.
    package let entries: [Int]
    /// Softmax-weighted share of anomalous captions among them, in 0…1.
    package let value: Double

    /// `cosines` to all captions; those of anomalous captions are lowered by the factor `penalty`. The softmax's
    /// temperature is 1, an assumption: the paper's value is not public.
    package init(cosines: [Double], isAnomalous: [Bool], penalty: Double = 0.95, count: Int = 10) {
        precondition(cosines.count == isAnomalous.count && count > 0, "\(cosines.count) cosines, \(count) wanted")
        let scores = zip(cosines, isAnomalous).map { $1 ? penalty * $0 : $0 }
        entries = Array(scores.enumerated().map { ($0, $1) }.stablySorted { $0.1 > $1.1 }.prefix(count).map(\.0))
        let highest = entries.first.map { scores[$0] } ?? 0
        let weights = entries.map { exp(scores[$0] - highest) }
        let anomalous = zip(entries, weights).reduce(0) { isAnomalous[$1.0] ? $0 + $1.1 : $0 }
        let total = weights.reduce(0, +)
        value = total > 0 ? anomalous / total : 0
    }
}
