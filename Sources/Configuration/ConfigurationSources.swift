public import Foundation

/// Everything that a configuration comes from, handed in: command line > environment > file > defaults.
public struct ConfigurationSources: Sendable {
    /// What the command line says about keys; nil where it says nothing.
    public struct CommandLineValues: Hashable, Sendable {
        /// `--database`
        public var database: String?
        /// `--state`, made absolute.
        public var state: String?
        /// `--log-level`
        public var logLevel: String?

        /// Nothing said, unless given.
        public init(database: String? = nil, state: String? = nil, logLevel: String? = nil) {
            self.database = database
            self.state = state
            self.logLevel = logLevel
        }

        fileprivate func value(ofOption option: String?) -> String? {
            switch option {
            case "--database": database
            case "--state": state
            case "--log-level": logLevel
            default: nil
            }
        }
    }

    /// What the command line says.
    public var commandLine: CommandLineValues
    /// The process environment; an empty variable counts as unset.
    public var environment: [String: String]
    /// Where `${NAME}` gets its values.
    public var expansion: Expansion
    /// The state directory when nothing names one; nil for the table's default.
    public var defaultState: String?

    /// These sources; without `expansion`, names are looked up in `environment` alone.
    public init(
        commandLine: CommandLineValues = .init(), environment: [String: String] = [:], expansion: Expansion? = nil,
        defaultState: String? = nil
    ) {
        self.commandLine = commandLine
        self.environment = environment
        self.expansion = expansion ?? Expansion(environment: environment)
        self.defaultState = defaultState
    }

    /// The configuration with the file's bytes `data`, called `file` in errors; nil stands for no file at all.
    public func resolve(_ data: Data?, file: String = "alertd.yaml") throws(ConfigurationError) -> Configuration {
        let text = try data.map { data throws(ConfigurationError) in try Self.text(data, file) } ?? ""
        return try ConfigurationReader.read(
            text, file: file, expansion: expansion, overrides: overrides, defaultState: defaultState)
    }

    /// The configuration with the file's text `yaml`, called `file` in errors.
    public func resolve(yaml: String, file: String = "alertd.yaml") throws(ConfigurationError) -> Configuration {
        try resolve(Data(yaml.utf8), file: file)
    }

    /// The configuration with the file at `path`.
    public func resolve(fileAt path: String) throws(ConfigurationError) -> Configuration {
        try resolve(try ConfigurationFile.bytes(at: path), file: path)
    }

    private var overrides: [String: ReadingContext.Override] {
        var overrides: [String: ReadingContext.Override] = [:]
        for key in ConfigurationKeys.overridable {
            if let option = key.option, let text = commandLine.value(ofOption: option), !text.isEmpty {
                overrides[key.path] = .init(place: .option(option), text: text)
            } else if let name = key.environment, let text = environment[name], !text.isEmpty {
                overrides[key.path] = .init(place: .environment(name), text: text)
            }
        }
        return overrides
    }

    private static func text(_ data: Data, _ file: String) throws(ConfigurationError) -> String {
        let whole = ConfigurationProblem.Place.file(file, line: nil, column: nil)
        guard data.count <= ConfigurationReader.largestFile else {
            throw ConfigurationError([.init(whole, "", "larger than 1 MiB", "at most 1048576 bytes")])
        }
        guard let text = String(data: data, encoding: .utf8) else {
            let line = firstBadLine(data)
            throw ConfigurationError([
                .init(.file(file, line: line, column: 1), "", "not UTF-8", "UTF-8 text")
            ])
        }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    private static func firstBadLine(_ data: Data) -> Int {
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(data: Data($0), encoding: .utf8) == nil } ?? 0) + 1
    }
}

extension ConfigurationSources: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of what it holds: environment and command line may hold passwords.
    public var description: String { "the sources of a configuration" }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
