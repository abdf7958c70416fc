public import NN

/// The models that alertd can load, by the `model_type` of their `config.json`. A new recipe is a case here and a line in
/// each switch below.
public enum Recipe: String, Sendable, CaseIterable {
    /// ``CLIP``
    case clip
    /// ``SigLIP``
    case siglip
    /// ``SigLIP2``
    case siglip2
    /// ``DINOv2``
    case dinov2
    /// ``DINOv2`` with registers
    case dinov2WithRegisters = "dinov2_with_registers"
    /// ``SentenceBERT``
    case bert

    /// The recipe that loads the model in `folder`, by its `config.json` alone.
    public init(folder: String) throws(ModelError) {
        let file = try ConfigurationFile(folder: folder, name: "config.json")
        let type = try file.string("model_type", default: "(none)")
        guard let recipe = Recipe(rawValue: type) else {
            throw .unsupportedModel(
                file: file.path, found: String(type.prefix(60)), supported: Self.allCases.map(\.rawValue))
        }
        self = recipe
    }

    /// What the models are, and who described them.
    public var summary: String {
        switch self {
        case .clip: "pictures and sentences; Radford et al. 2021"
        case .siglip: "pictures and sentences, SigLIP 2 at one size too; Zhai et al. 2023"
        case .siglip2: "pictures of any proportion and sentences; Tschannen et al. 2025"
        case .dinov2: "pictures alone; Oquab et al. 2023"
        case .dinov2WithRegisters: "pictures alone; Darcet et al. 2024"
        case .bert: "sentences alone, MiniLM among them; Reimers & Gurevych 2019"
        }
    }

    /// Loads the model in `folder` as an encoder of pictures, by the recipe that its `config.json` names.
    public static func loadEncoder(
        folder: String, precision: Precision = .fp32
    ) throws(ModelError) -> any PictureEncoder {
        switch try Recipe(folder: folder) {
        case .clip: return try CLIP.load(folder: folder, precision: precision)
        case .siglip: return try SigLIP.load(folder: folder, precision: precision)
        case .siglip2: return try SigLIP2.load(folder: folder, precision: precision)
        case .dinov2, .dinov2WithRegisters: return try DINOv2.load(folder: folder, precision: precision)
        case .bert:
            throw .unsupportedModel(
                file: folder + "/config.json", found: "bert",
                supported: allCases.filter { $0 != .bert }.map(\.rawValue))
        }
    }

    /// Loads the model in `folder` whole, which checks every file; returns its digest.
    public func verify(folder: String) throws(ModelError) -> String {
        switch self {
        case .bert: try SentenceBERT.load(folder: folder).digest
        default: try Self.loadEncoder(folder: folder).digest
        }
    }

    /// Builds the network alone, without tokenizer, from a folder whose weights may be audited.
    func loadNetwork(_ folder: ModelFolder) throws(ModelError) {
        switch self {
        case .clip: _ = try CLIP(folder, tokenizer: nil, tokenizerFiles: [])
        case .siglip: _ = try SigLIP(folder, hasTokenizer: false)
        case .siglip2: _ = try SigLIP2(folder, hasTokenizer: false)
        case .dinov2, .dinov2WithRegisters: _ = try DINOv2(folder)
        case .bert: _ = try SentenceBERT(folder)
        }
    }
}
