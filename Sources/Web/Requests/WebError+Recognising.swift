internal import Grounding
internal import Logging
internal import Pipeline
internal import Store

extension WebError {
    /// What the client is told of an error of a lower room; what only the administrator can mend goes to the log.
    init(_ error: any Error, sentence: String, logger: Logger) {
        switch error {
        case let error as WebError: self = error
        case let error as GroundingError: self = .unprocessable(parameter: sentence, "\(error)")
        case let error as StoreError: self.init(error, logger)
        case let error as SearchError: self = .busy("\(error)", retryAfter: 1)
        case is CancellationError: self = .busy("alertd stops", retryAfter: 5)
        default:
            logger.error("a request failed: \(error)")
            self = .defect
        }
    }

    private init(_ error: StoreError, _ logger: Logger) {
        switch error {
        case .unavailable:
            // The address of the database is nobody's business here.
            self = .busy("the database does not answer; events are kept meanwhile", retryAfter: 5)
        case .conflict: self = .busy("others were writing the same", retryAfter: 1)
        case .cancelled: self = .timedOut
        default:
            logger.error("a request failed: \(error)")
            self = .defect
        }
    }
}
