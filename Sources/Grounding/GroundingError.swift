/// What can be wrong with the constants that turn an encoder's similarities into saliency.
public enum GroundingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file exists but cannot be used.
    case malformedConstants(path: String, problem: String)

    /// One line: what, on which file, why, what to do.
    public var description: String {
        switch self {
        case .malformedConstants(let path, let problem):
            "cannot use the grounding constants \(path): \(problem); restore the file that came with the model, or "
                + "remove it to run with unfitted constants"
        }
    }
}
