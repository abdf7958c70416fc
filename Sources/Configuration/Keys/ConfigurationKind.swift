/// The form of one key's value.
public enum ConfigurationKind: Sendable, Equatable {
    /// A mapping with keys of its own.
    case section
    /// A mapping from names that the user chooses to sections.
    case named
    /// A mapping from zone names to polygons.
    case zones
    /// A list of polygons.
    case polygons
    /// A list of camera names.
    case cameraNames
    /// A list of addresses and networks.
    case networks
    /// A list of queries' names, `anomaly` and `blind`.
    case sourceNames
    /// A list of mail addresses.
    case mailAddresses
    /// One mail address.
    case mailAddress
    /// A text that is never printed.
    case secret
    /// A list of host names.
    case hostNames
    /// The name of something in this file.
    case name
    /// A sentence.
    case sentence
    /// An absolute path.
    case path
    /// A model's name, or the absolute path of its folder.
    case model
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// `true` or `false`.
    case boolean
    /// One of some words.
    case choice([String])
    /// A part of the day.
    case window
    /// A host and a port.
    case listen
    /// A word, or an address with one of these schemes.
    case url(word: String?, schemes: [String])
    /// A stream's address.
    case media

    /// The type in a word or two.
    public var typeName: String {
        switch self {
        case .section: "section"
        case .named: "sections by name"
        case .zones: "polygons by name"
        case .polygons: "list of polygons"
        case .cameraNames, .networks, .sourceNames, .mailAddresses, .hostNames: "list of texts"
        case .integer: "whole number"
        case .number: "number"
        case .boolean: "boolean"
        case .choice: "word"
        case .name, .sentence, .path, .model, .window, .listen, .url, .media, .mailAddress, .secret: "text"
        }
    }

    /// What is allowed, as it stands in errors and in the reference.
    public var allowed: String {
        switch self {
        case .section: "a mapping"
        case .named: "a mapping from names (\(Self.nameRule)) to sections"
        case .zones: "a mapping from names (\(Self.nameRule)) to polygons [[x, y], …]"
        case .polygons: "a list of polygons [[x, y], …] of at least 3 points, x and y from 0 to 1"
        case .cameraNames: "a list of names under cameras"
        case .networks: "a list of IP addresses or networks such as 10.0.0.0/8"
        case .sourceNames: "a list of names of queries, anomaly, blind"
        case .mailAddresses: "a list of addresses such as name@example.org"
        case .mailAddress: "an address such as name@example.org"
        case .secret: "8 to 1000 characters, as ${NAME}"
        case .hostNames: "a list of host names or addresses without ports, such as gate.example.org"
        case .name: Self.nameRule
        case .sentence: "1 to 500 characters, not blank"
        case .path: "an absolute path"
        case .model: "a name from `alertd models list`, or an absolute path"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            "a number from \(NumberText.of(range.lowerBound)) to \(NumberText.of(range.upperBound))"
        case .boolean: "true or false"
        case .choice(let words): words.joined(separator: ", ")
        case .window: "a window such as \"22:00-06:00\", local time"
        case .listen: "host:port, such as 127.0.0.1:8750 or [::1]:8750, or unix:/path of a socket"
        case .url(let word, let schemes):
            (word.map { "\($0), or " } ?? "") + schemes.map { "\($0)://…" }.joined(separator: ", ")
        case .media: Self.mediaSchemes.map { "\($0)://…" }.joined(separator: ", ")
        }
    }

    /// Whether the value is one scalar of text, in which `${NAME}` expands.
    public var isText: Bool { typeName == "text" }

    static let nameRule = "1 to 63 of a-z A-Z 0-9 _ - . and neither - nor . first"
    static let mediaSchemes = ["rtsp", "rtsps", "http", "https"]
}

/// Numbers as people write them.
enum NumberText {
    /// `1`, not `1.0`.
    static func of(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
}
