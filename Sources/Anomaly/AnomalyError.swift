/// Why data for anomaly scoring could not be used. Bad data only; each case says what was read and what to do.
public enum AnomalyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A line of a sentence file cannot be accepted.
    case sentences(file: String, line: Int, problem: String)
    /// A file with predictions or annotations cannot be read.
    case evaluation(file: String, line: Int?, problem: String)
    /// A snapshot is damaged or of another form.
    case snapshot(file: String, problem: String)
    /// A snapshot is whole but belongs to another camera or encoder.
    case foreignSnapshot(file: String, found: String, wanted: String)

    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        switch self {
        case .sentences(let file, let line, let problem): "\(file):\(line): \(problem)"
        case .evaluation(let file, let line, let problem):
            "cannot evaluate \(file)\(line.map { ":\($0)" } ?? ""): \(problem)"
        case .snapshot(let file, let problem):
            "cannot restore what is normal from \(file): \(problem); remove the file to learn anew"
        case .foreignSnapshot(let file, let found, let wanted):
            "\(file) belongs to \(found), not to \(wanted); what is normal must be learnt anew"
        }
    }
}
