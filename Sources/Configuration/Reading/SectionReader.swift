internal import Yams

/// One mapping of the file: finds its keys, checks them against the table, and notes what is wrong with them.
///
/// Every reading function gives the table's default in place of a wrong value, so that reading goes on and finds the
/// other problems; a wrong value never reaches a ``Configuration``, because any problem ends the reading in an error.
struct SectionReader {
    /// A key with its value.
    struct Entry {
        let name: String
        let key: Node
        let value: Node
    }

    /// The names from the root, joined by dots.
    let path: String
    /// The same with `NAME` for chosen names.
    let pattern: String
    let context: ReadingContext
    /// The mapping itself; nil when the file does not have it, or has something else in its place.
    let node: Node?
    /// The keys in the file's order; a duplicate is not among them.
    let entries: [Entry]

    /// Reads the mapping `node`; nil stands for a section that the file does not have. A key that the table does not
    /// have is a problem, unless the user chooses the names.
    init(_ node: Node?, path: String, pattern: String, context: ReadingContext, hasChosenNames: Bool = false) {
        self.path = path
        self.pattern = pattern
        self.context = context
        guard let node, context.admits(node, path) else {
            self.node = nil
            entries = []
            return
        }
        guard case .mapping(let mapping) = node else {
            let isEmpty = Self.isEmptyScalar(node)
            if !isEmpty {
                context.report(
                    node, path, "not a mapping", hasChosenNames ? "names with their values" : "keys with their values")
            }
            self.node = isEmpty ? node : nil
            entries = []
            return
        }
        self.node = node
        entries = Self.entries(of: mapping, path: path, context: context)
        if !hasChosenNames { refuseUnknownKeys() }
    }

    private static func entries(of mapping: Node.Mapping, path: String, context: ReadingContext) -> [Entry] {
        var entries: [Entry] = []
        var seen: [String: YAMLTree.Position] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key, context.admits(key, path) else {
                if key.anchor == nil { context.report(key, path, "a key that is no text", "a plain word as key") }
                continue
            }
            let name = YAMLTree.key(scalar.string)
            let position = context.tree?.position(of: key) ?? .init(line: 1, column: 1)
            if let first = seen.updateValue(position, forKey: name) {
                seen[name] = first
                let place = first.line == position.line ? "column \(first.column)" : "line \(first.line)"
                context.report(
                    key, join(path, ReadingContext.shown(name)), "duplicate key, first on \(place)",
                    "each key once")
                continue
            }
            entries.append(Entry(name: name, key: key, value: value))
        }
        return entries
    }

    /// Most cameras, and most queries, that one file may have.
    static let mostNamed = 1000

    /// Whether the file has the key.
    func has(_ name: String) -> Bool { entries.contains { $0.name == name } }

    /// The section under the key `name`.
    func section(_ name: String) -> SectionReader {
        SectionReader(value(name), path: Self.join(path, name), pattern: Self.join(pattern, name), context: context)
    }

    /// The sections under the key `name`, by names that the user chose.
    func namedSections(_ name: String) -> [(name: String, section: SectionReader)] {
        let (path, pattern) = (Self.join(path, name), Self.join(pattern, name))
        let mapping = SectionReader(
            value(name), path: path, pattern: pattern, context: context, hasChosenNames: true)
        if mapping.entries.count > Self.mostNamed, let node = mapping.node {
            context.report(node, path, "\(mapping.entries.count) of them", "at most \(Self.mostNamed)")
            return []
        }
        return mapping.validNames().map { entry in
            let section = SectionReader(
                entry.value, path: Self.join(path, entry.name), pattern: Self.join(pattern, "NAME"), context: context)
            return (entry.name, section)
        }
    }

    /// The entries whose keys may name something; the others are problems.
    func validNames() -> [Entry] {
        entries.filter { entry in
            if ChosenName.isName(entry.name) { return true }
            context.report(
                entry.key, Self.join(path, ReadingContext.shown(entry.name)), "not a name", ConfigurationKind.nameRule)
            return false
        }
    }

    /// Notes that the key `name` is missing, at the section's own place.
    func reportMissing(_ name: String) {
        let key = key(name)
        guard let node else { return }
        context.report(node, Self.join(path, name), "missing", key.kind.allowed)
    }

    /// Notes a problem with the value of `name`, or with the section when the file does not have the key.
    func report(_ name: String, _ problem: String, _ allowed: String) {
        let full = Self.join(path, name)
        if let override = context.overrides[full] {
            context.report(override.place, full, problem, allowed)
        } else if let node = value(name) ?? node {
            context.report(node, full, problem, allowed)
        } else {
            context.report(.file(context.file, line: nil, column: nil), full, problem, allowed)
        }
    }

    /// The value of the key `name`.
    func value(_ name: String) -> Node? { entries.first { $0.name == name }?.value }

    /// The table's line for the key `name` of this section.
    func key(_ name: String) -> ConfigurationKey {
        guard let key = ConfigurationKeys.key(Self.join(pattern, name)) else {
            preconditionFailure("no key \(Self.join(pattern, name)) in the table")
        }
        return key
    }

    /// `parent.name`; the root has no name.
    static func join(_ parent: String, _ name: String) -> String { parent.isEmpty ? name : parent + "." + name }

    /// Whether `node` is what stands after a colon with nothing behind it.
    static func isEmptyScalar(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private func refuseUnknownKeys() {
        let known = ConfigurationKeys.keys(of: pattern).map(\.name)
        for entry in entries where !context.isFull && !known.contains(entry.name) {
            let guess = Spelling.nearest(to: entry.name, among: known).map { "; did you mean \($0)?" } ?? ""
            context.report(
                entry.key, Self.join(path, ReadingContext.shown(entry.name)), "unknown key\(guess)",
                "allowed here: " + known.sorted().joined(separator: ", "))
        }
    }
}
