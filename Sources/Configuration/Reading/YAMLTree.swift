internal import Yams

/// A file's node tree, with positions, and with duplicate keys still in it.
///
/// Yams refuses the first mapping with duplicate keys; here they are made unique by marks of a private-use character
/// before them, so that one reading reports all of them.
struct YAMLTree {
    /// The root; nil for a file without a document.
    let root: Node?
    private let insertions: [Int: [Insertion]]
    /// Nodes hold their anchors weakly; the parser holds them.
    private let parser: Parser

    private struct Insertion {
        let column: Int
        let length: Int
    }

    /// A position in the file; both count from 1.
    struct Position: Hashable {
        let line: Int
        let column: Int
    }

    /// Why there is no tree.
    struct Failure: Error {
        let position: Position?
        let problem: String
        let allowed: String
    }

    private static let mark: Unicode.Scalar = "\u{E000}"
    private static let indirections = 32

    /// Parses `text`, whose bounds are checked: its time grows with its length alone.
    init(_ text: String) throws(Failure) {
        try Self.refuseMultiplication(text)
        var patched = PatchedText(text)
        var insertions: [Int: [Insertion]] = [:]
        let attempts = max(3, min(60, 500_000 / max(1, text.utf8.count)))
        for attempt in 1... {
            switch Self.compose(patched.text) {
            case .success(let (root, parser)):
                self.root = root
                self.parser = parser
                self.insertions = insertions
                return
            case .failure(.syntax(let failure)):
                throw failure
            case .failure(.duplicate(let key, let at)):
                let position = Self.original(at, insertions)
                guard attempt < attempts, patched.insert(Self.mark, count: attempt, before: key, at: at) else {
                    throw Failure(position: position, problem: "duplicate keys", allowed: "each key once")
                }
                insertions[at.line, default: []].append(Insertion(column: at.column, length: attempt))
            }
        }
        throw Failure(position: nil, problem: "duplicate keys", allowed: "each key once")
    }

    /// Where `node` stands in the file as it was given.
    func position(of node: Node) -> Position {
        guard let mark = node.mark else { return Position(line: 1, column: 1) }
        return Self.original(Position(line: mark.line, column: mark.column), insertions)
    }

    /// A key without the marks that made it unique.
    static func key(_ scalar: String) -> String {
        let scalars = scalar.unicodeScalars
        return scalars.first == mark ? String(String.UnicodeScalarView(scalars.drop { $0 == mark })) : scalar
    }

    private enum Obstacle: Error {
        case syntax(Failure)
        case duplicate(key: String, at: Position)
    }

    private static func compose(_ text: String) -> Result<(Node?, Parser), Obstacle> {
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            return .success((try parser.singleRoot(), parser))
        } catch let error as YamlError {
            return .failure(obstacle(error))
        } catch {
            return .failure(.syntax(Failure(position: nil, problem: "bad YAML", allowed: "YAML 1.1")))
        }
    }

    /// libyaml's own words are fixed texts; Yams' descriptions, which quote the file, are not used.
    private static func obstacle(_ error: YamlError) -> Obstacle {
        let place = { (mark: Mark) in Position(line: mark.line, column: mark.column) }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            return .syntax(
                Failure(
                    position: place(mark), problem: "bad YAML: \(problem)",
                    allowed: "YAML 1.1; look at this line and the one above"))
        case .composer(_, let problem, let mark, _):
            let isAlias = problem.contains("alias")
            return .syntax(
                Failure(
                    position: place(mark), problem: isAlias ? "aliases are refused" : "bad YAML: \(problem)",
                    allowed: isAlias ? "write the value out, or quote a text that starts with *" : "one document"))
        case .duplicatedKeysInMapping(let keys, let context):
            return .duplicate(key: keys.first ?? "", at: place(context.mark))
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).count(where: \.isNewline) + 1 }
            return .syntax(
                Failure(
                    position: line.map { Position(line: $0, column: 1) }, problem: "bad YAML: \(problem)",
                    allowed: "printable characters in UTF-8"))
        default:
            return .syntax(Failure(position: nil, problem: "bad YAML", allowed: "YAML 1.1"))
        }
    }

    private static func original(_ position: Position, _ insertions: [Int: [Insertion]]) -> Position {
        // Later insertions were measured in a line that already held the earlier ones, so they are undone first.
        let column = (insertions[position.line] ?? []).reversed().reduce(position.column) { column, insertion in
            column > insertion.column ? max(insertion.column, column - insertion.length) : column
        }
        return Position(line: position.line, column: column)
    }

    /// Aliases make a small file a huge tree, and Yams hashes keys while it parses: so many are refused unparsed. The
    /// few that pass are refused by the reader, with their place.
    private static func refuseMultiplication(_ text: String) throws(Failure) {
        var (anchors, aliases, before) = (0, 0, UInt8(ascii: "\n"))
        for byte in text.utf8 {
            if before == UInt8(ascii: "&"), isNameByte(byte) { anchors += 1 }
            if before == UInt8(ascii: "*"), isNameByte(byte) { aliases += 1 }
            before = byte
        }
        guard anchors > 0, aliases > indirections else { return }
        let line = text.prefix { $0 != "&" }.count(where: \.isNewline) + 1
        throw Failure(
            position: Position(line: line, column: 1),
            problem: "anchors and aliases are refused (\(aliases) of *…, \(anchors) of &…)",
            allowed: "write the values out")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { byte > UInt8(ascii: " ") && byte != UInt8(ascii: "*") }
}
