/// A prediction beside what is true.
struct MomentPair {
    let prediction: MomentPrediction
    let annotation: MomentAnnotation

    /// Pairs by number of the query, in the order of the predictions. Without `isIntersection` both must be about the same
    /// queries.
    static func matching(
        _ predictions: [MomentPrediction], _ annotations: [MomentAnnotation], isIntersection: Bool
    ) throws(GroundingError) -> [MomentPair] {
        let truth = Dictionary(annotations.map { ($0.qid, $0) }) { first, _ in first }
        let predicted = Set(predictions.map(\.qid))
        if !isIntersection {
            let missing = truth.keys.filter { !predicted.contains($0) }.sorted()
            let unknown = predicted.filter { truth[$0] == nil }.sorted()
            if !missing.isEmpty || !unknown.isEmpty { throw .differentQueries(missing: missing, unknown: unknown) }
        }
        let pairs = predictions.compactMap { prediction in
            truth[prediction.qid].map { MomentPair(prediction: prediction, annotation: $0) }
        }
        if pairs.isEmpty { throw .nothingToCompare }
        return pairs
    }
}
