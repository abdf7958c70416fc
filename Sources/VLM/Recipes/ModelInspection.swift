import NN

/// What a model folder holds, and whether its recipe could load it.
public struct ModelInspection: Sendable {
    /// The recipe of its `config.json`.
    public let recipe: Recipe
    /// How many numbers its weights are.
    public let parameters: Int
    /// Bytes that the weights take in memory at each precision.
    public let memory: [(precision: String, bytes: Int)]
    /// How far the matrices are from what their bytes stand for in int8 with groups: the root of the squared differences over that
    /// of the squared weights, on a sample of rows; nil when the folder does not load.
    public let quantisationError: Double?
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
        let isWhole = audit.missing.isEmpty && audit.unknown.isEmpty && problems.isEmpty
        quantisationError = isWhole ? try Self.quantisationError(ModelFolder(path: path).weights) : nil
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

    private static let sampledRows = 32

    private static func quantisationError(_ weights: Checkpoint) throws(ModelError) -> Double {
        var (differences, squares) = (0.0, 0.0)
        for (key, entry) in weights.entries where entry.shape.count == 2 && entry.shape[1] >= 32 {
            let matrix = try ModelError.wrapping { () throws(WeightsError) in
                try weights.tensor(key, shape: entry.shape)
            }
            let count = min(sampledRows, entry.shape[0])
            let rows = matrix.gathered(rows: (0..<count).map { $0 * entry.shape[0] / count })
            let meant = Linear(weight: rows, bias: nil, precision: .int8Groups).weightRows(Array(0..<count))
            for (weight, byte) in zip(rows.values, meant.values) {
                differences += Double(weight - byte) * Double(weight - byte)
                squares += Double(weight) * Double(weight)
            }
        }
        return squares > 0 ? (differences / squares).squareRoot() : 0
    }
}
