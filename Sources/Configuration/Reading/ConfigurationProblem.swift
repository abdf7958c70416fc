/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Hashable, Sendable {
    /// Where it stands.
    public enum Place: Hashable, Sendable {
        /// In a file; line and column count from 1, and are absent when the file as a whole is wrong.
        case file(String, line: Int?, column: Int?)
        /// In an environment variable.
        case environment(String)
        /// In an option of the command line.
        case option(String)
    }

    /// Where it stands.
    public let place: Place
    /// The names from the root, joined by dots; empty when no key is concerned.
    public let keyPath: String
    /// What is wrong.
    public let problem: String
    /// What is allowed.
    public let allowed: String

    init(_ place: Place, _ keyPath: String, _ problem: String, _ allowed: String) {
        self.place = place
        self.keyPath = keyPath
        self.problem = problem
        self.allowed = allowed
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `file:line:column: key.path: what is wrong; what is allowed`, on one line.
    public var description: String {
        let head = [placeText, keyPath].filter { !$0.isEmpty }.joined(separator: ": ")
        return "\(head): \(problem); \(allowed)"
    }

    private var placeText: String {
        switch place {
        case .file(let name, let line, let column):
            ([name] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":")
        case .environment(let name): "environment \(name)"
        case .option(let name): "option \(name)"
        }
    }
}

extension ConfigurationProblem.Place: Comparable {
    /// The file by line and column, then the environment, then the command line.
    public static func < (a: Self, b: Self) -> Bool {
        (a.rank, a.line, a.column, a.name) < (b.rank, b.line, b.column, b.name)
    }

    private var rank: Int {
        switch self {
        case .file: 0
        case .environment: 1
        case .option: 2
        }
    }

    private var line: Int {
        if case .file(_, let line, _) = self { line ?? 0 } else { 0 }
    }

    private var column: Int {
        if case .file(_, _, let column) = self { column ?? 0 } else { 0 }
    }

    private var name: String {
        switch self {
        case .file(let name, _, _), .environment(let name), .option(let name): name
        }
    }
}

/// Everything that is wrong with a configuration, at once. The program ends with exit code 78.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one problem, sorted by place.
    public let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
    }

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
