internal import Yams

/// What one reading gathers: problems, and the texts that held `${NAME}` as they were written.
final class ReadingContext {
    /// A value that stands in for the file's.
    struct Override {
        let place: ConfigurationProblem.Place
        let text: String
    }

    let file: String
    let tree: YAMLTree?
    let expansion: Expansion
    let overrides: [String: Override]
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var written: [String: String] = [:]
    private var refusedAnchors: Set<YAMLTree.Position> = []

    private static let mostProblems = 1000

    init(file: String, tree: YAMLTree?, expansion: Expansion, overrides: [String: Override]) {
        self.file = file
        self.tree = tree
        self.expansion = expansion
        self.overrides = overrides
    }

    /// Whether so much is wrong already that further problems are not noted.
    var isFull: Bool { problems.count >= Self.mostProblems }

    /// Notes a problem at `place`.
    func report(_ place: ConfigurationProblem.Place, _ path: String, _ problem: String, _ allowed: String) {
        guard !isFull else { return }
        problems.append(ConfigurationProblem(place, path, problem, allowed))
    }

    /// Notes a problem at `node`.
    func report(_ node: Node, _ path: String, _ problem: String, _ allowed: String) {
        report(place(of: node), path, problem, allowed)
    }

    /// Where `node` stands.
    func place(of node: Node) -> ConfigurationProblem.Place {
        let position = tree?.position(of: node)
        return .file(file, line: position?.line, column: position?.column)
    }

    /// Remembers how a text with `${NAME}` was written, unless another one stands in for it.
    func remember(_ text: String, at path: String) {
        if overrides[path] == nil { written[path] = text }
    }

    /// Whether `node` may be read: it has neither an anchor nor a tag that is not one of YAML's own plain ones.
    func admits(_ node: Node, _ path: String) -> Bool {
        if node.anchor != nil {
            if refusedAnchors.insert(tree?.position(of: node) ?? .init(line: 1, column: 1)).inserted {
                report(
                    node, path, "anchors and aliases are refused",
                    "write the value out, or quote a text that starts with & or *")
            }
            return false
        }
        let plain: [Tag.Name] = [.implicit, .nonSpecific, .str, .seq, .map, .int, .float, .bool]
        if plain.contains(where: { $0.rawValue == node.tag.description }) { return true }
        report(node, path, "tags are refused", "write the value without its !tag")
        return false
    }

    /// A key or a name as it may be printed: short, and without the password of an address.
    static func shown(_ name: String) -> String {
        let flat = Redaction.oneLine(name)
        return flat.count > 60 ? String(flat.prefix(60)) + "…" : flat
    }
}
