import NN

/// What a model folder holds, and whether its recipe could load it.
public struct ModelInspection: Sendable {
    /// The recipe of its `config.json`.
    public let recipe: Recipe
    /// How many numbers its weights are.
    public let parameters: Int
    /// Bytes that the weights take in memory at each precision.
    public let memory: [(precision: String, bytes: Int)]
    /// Keys that the recipe asks for and the weights do not hold, sorted.
    public let missing: [String]
    /// Keys of the weights that the recipe does not know, sorted.
    public let unknown: [String]
    /// Everything else that stands in the way, in words.
    public let problems: [String]

    /// Whether the recipe loads the folder.
    public var isLoadable: Bool { missing.isEmpty && unknown.isEmpty && problems.isEmpty }

    /// Reads `folder`; all faults of its weights are found at once. Throws only when there is no recipe for it, or its
    /// weights cannot be opened.
    public init(folder path: String) throws(ModelError) {
        recipe = try Recipe(folder: path)
        let entries = try ModelFolder(path: path).weights.entries
        parameters = entries.values.reduce(0) { $0 + $1.count }
        memory = Self.memory(Array(entries.values))
        let audit = WeightsAudit()
        var problems: [String] = []
        do { try recipe.loadNetwork(ModelFolder(path: path, audit: audit)) } catch { problems.append("\(error)") }
        problems += audit.unfit.map(\.description)
        if audit.missing.isEmpty, audit.unknown.isEmpty, problems.isEmpty {
            do { _ = try recipe.verify(folder: path) } catch { problems.append("\(error)") }
        }
        missing = audit.missing.sorted()
        unknown = audit.unknown.sorted()
        self.problems = problems
    }

    /// In int8 a matrix takes one byte a value and a scale for each row; vectors stay floats.
    private static func memory(_ entries: [TensorEntry]) -> [(precision: String, bytes: Int)] {
        let whole = entries.reduce(0) { $0 + $1.count }
        let small = entries.reduce(0) { sum, entry in
            entry.shape.count < 2 ? sum + 4 * entry.count : sum + entry.count + 4 * entry.shape[0]
        }
        return [("fp32", 4 * whole), ("fp16", 2 * whole), ("int8", small)]
    }
}
