public import NN

/// Why a model folder was refused or a request to a model failed.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    /// A file of the folder cannot be read.
    case unreadable(file: String, reason: String)
    /// A value in a configuration file that is missing, of the wrong kind or impossible.
    case badConfiguration(file: String, key: String, problem: String)
    /// Vocabulary or merges that contradict themselves or the format.
    case badTokenizer(file: String, key: String, problem: String)
    /// A model type that no recipe loads.
    case unsupportedModel(file: String, found: String, supported: [String])
    /// The weights do not fit the configuration or are damaged.
    case weights(WeightsError)
    /// A text that cannot be encoded.
    case invalidText(reason: String)
    /// More tokens than a decoder has room for.
    case contextTooLong(tokens: Int, limit: Int)
    /// No answer by the time that was set.
    case deadlineExceeded
    /// A sentence for a model that has only eyes.
    case hasNoText(model: String)

    /// One line: what, where, why, what to do.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "cannot read \(file): \(reason); a model folder holds what Hugging Face publishes"
        case .badConfiguration(let file, let key, let problem):
            "\(file), key \(key): \(problem); fetch the model again"
        case .badTokenizer(let file, let key, let problem):
            "tokenizer \(file), \(key): \(problem); fetch the model again"
        case .unsupportedModel(let file, let found, let supported):
            "\(file): no recipe loads model type \"\(found)\"; known are \(supported.joined(separator: ", "))"
        case .weights(let error): error.description
        case .invalidText(let reason): "cannot encode the text: \(reason)"
        case .contextTooLong(let tokens, let limit):
            "the prompt takes \(tokens) tokens, the model has room for \(limit); send fewer frames or a shorter question"
        case .deadlineExceeded: "the model had no answer in time; send fewer frames or use a smaller model"
        case .hasNoText(let model):
            "\(model) has no text tower, so it cannot encode sentences; queries need a CLIP or SigLIP encoder"
        }
    }
}

extension ModelError {
    /// Runs `body`, whose refusal of weights becomes a ``ModelError/weights(_:)``.
    static func wrapping<Result>(_ body: () throws(WeightsError) -> Result) throws(ModelError) -> Result {
        do { return try body() } catch { throw .weights(error) }
    }
}
