/// One key of the configuration: everything that the reader, the reference and the editors' schema say about it.
public struct ConfigurationKey: Sendable, Equatable {
    /// The names from the root, joined by dots; `NAME` stands for a name that the user chooses.
    public let path: String
    /// The form of its value.
    public let kind: ConfigurationKind
    /// The value when the key is absent, as YAML; nil when there is none.
    public let fallback: String?
    /// Whether its section cannot do without it.
    public let isRequired: Bool
    /// The unit of its number.
    public let unit: String?
    /// What it is for, in a sentence or two.
    public let summary: String
    /// The environment variable that overrides it.
    public let environment: String?
    /// The option of the command line that overrides it.
    public let option: String?

    init(
        _ path: String, _ kind: ConfigurationKind, default fallback: String? = nil, isRequired: Bool = false,
        unit: String? = nil, environment: String? = nil, option: String? = nil, _ summary: String
    ) {
        self.path = path
        self.kind = kind
        self.fallback = fallback
        self.isRequired = isRequired
        self.unit = unit
        self.summary = summary
        self.environment = environment
        self.option = option
    }

    /// The last name of the path.
    public var name: String { path.split(separator: ".").last.map(String.init) ?? path }

    /// The path of the section that holds it; empty at the top.
    public var section: String { path.split(separator: ".").dropLast().joined(separator: ".") }
}
