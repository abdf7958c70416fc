public import NN

/// What can be wrong with the files and sentences that grounding works on.
public enum GroundingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The constants that turn an encoder's similarities into saliency exist but cannot be used.
    case malformedConstants(path: String, problem: String)
    /// A network's weights were refused.
    case weights(WeightsError)
    /// A network does not work on this encoder's features.
    case otherFeatures(model: String, problem: String)
    /// A sentence asks for what cannot be watched for.
    case refusedQuery(text: String, problem: String)
    /// A file of predictions or annotations cannot be read.
    case unreadable(file: String, problem: String)
    /// A record breaks the published form.
    case malformed(file: String, line: Int, problem: String)
    /// Two records of one file are about the same query.
    case duplicateQuery(file: String, qid: Int)
    /// Predictions and annotations are not about the same queries.
    case differentQueries(missing: [Int], unknown: [Int])
    /// A prediction has no span at all, which the published script refuses.
    case noPrediction(qid: Int)
    /// There is nothing to evaluate.
    case nothingToCompare

    /// One line: what, on which file, why, what to do.
    public var description: String {
        switch self {
        case .malformedConstants(let path, let problem):
            "cannot use the grounding constants \(path): \(problem); restore the file that came with the model, or "
                + "remove it to run with unfitted constants"
        case .weights(let error): error.description
        case .otherFeatures(let model, let problem): "cannot use the grounding network \(model): \(problem)"
        case .refusedQuery(let text, let problem): "cannot watch for \"\(text)\": \(problem)"
        case .unreadable(let file, let problem): "cannot read \(file): \(problem); check the path"
        case .malformed(let file, let line, let problem):
            "\(file):\(line): \(problem); the file must have the published form"
        case .duplicateQuery(let file, let qid): "\(file): query \(qid) stands there twice; remove one"
        case .differentQueries(let missing, let unknown):
            "predictions and annotations are about different queries: " + Self.list("without prediction", missing)
                + Self.list("without annotation", unknown) + "pass --intersection to compare what both have"
        case .noPrediction(let qid): "query \(qid) has no predicted span; submit at least one for each query"
        case .nothingToCompare: "no query is in both files; check that they belong to the same data set and split"
        }
    }

    private static func list(_ what: String, _ qids: [Int]) -> String {
        if qids.isEmpty { return "" }
        let shown = qids.prefix(5).map(String.init).joined(separator: ", ")
        return "\(qids.count) \(what) (\(shown)\(qids.count > 5 ? ", …" : "")); "
    }
}
