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
    /// `VideoLLaMA3` as Hugging Face lays it out
    case videoLLaMA3 = "video_llama_3"
    /// `VideoLLaMA3` as its authors lay it out
    case videoLLaMA3Original = "videollama3_qwen2"
    /// `SmolVLM`
    case smolVLM = "smolvlm"
    /// `VideoLLaVA`
    case videoLLaVA = "video_llava"
    /// `InternVL`
    case internVL = "internvl"
    /// `ViViT`
    case vivit
    /// `BLIP2`
    case blip2 = "blip-2"
    /// `SlowFast`
    case slowFast = "slowfast"
    /// `LanguageModel`
    case llama, mistral, qwen2

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
        case .videoLLaMA3: "video to text; Zhang et al. 2025"
        case .videoLLaMA3Original: "the same under its authors' keys"
        case .smolVLM: "video to text; Marafioti et al. 2025"
        case .videoLLaVA: "video to text; Lin et al. 2023"
        case .internVL: "video to text, networks alone; Zhu et al. 2025"
        case .vivit: "clips of video, networks alone; Arnab et al. 2021"
        case .blip2: "pictures and sentences for grounding by TFVTG; Li et al. 2023"
        case .slowFast: "clips of video to what UniVTG reads beside CLIP; Feichtenhofer et al. 2019"
        case .llama: "text to text, networks alone; Touvron et al. 2023"
        case .mistral: "text to text, networks alone; Jiang et al. 2023"
        case .qwen2: "text to text, networks alone; Yang et al. 2024"
        }
    }

    /// Whether the model turns pictures into encodings (``loadEncoder(folder:precision:)``).
    public var isEncoder: Bool {
        switch self {
        case .clip, .siglip, .siglip2, .dinov2, .dinov2WithRegisters: true
        default: false
        }
    }

    /// Loads the model in `folder` as an encoder of pictures, by the recipe that its `config.json` names; its linear layers
    /// compute in `precision`.
    public static func loadEncoder(
        folder: String, precision: Precision = .fp32
    ) throws(ModelError) -> any PictureEncoder {
        let recipe = try Recipe(folder: folder)
        switch recipe {
        case .clip: return try CLIP.load(folder: folder, precision: precision)
        case .siglip: return try SigLIP.load(folder: folder, precision: precision)
        case .siglip2: return try SigLIP2.load(folder: folder, precision: precision)
        case .dinov2, .dinov2WithRegisters: return try DINOv2.load(folder: folder, precision: precision)
        default:
            throw .unsupportedModel(
                file: folder + "/config.json", found: recipe.rawValue,
                supported: allCases.filter(\.isEncoder).map(\.rawValue))
        }
    }

    /// int8 from 50 million parameters on, where it saves most of the time of a frame; fp32 below, where little is to be
    /// saved and a small network has less to average rounding out.
    public static func suitedPrecision(folder: String) throws(ModelError) -> Precision {
        let entries = try ModelFolder(path: folder).weights.entries
        return entries.values.reduce(0) { $0 + $1.count } < 50_000_000 ? .fp32 : .int8
    }

    /// How many numbers the weights in `folder` are, by their headers alone.
    public func parameters(folder: String) throws(ModelError) -> Int {
        try ModelFolder(path: folder).weights.entries.values.reduce(0) { $0 + $1.count }
    }

    /// Loads the model in `folder` whole, which checks every file; returns its digest.
    public func verify(folder path: String) throws(ModelError) -> String {
        if isEncoder { return try Self.loadEncoder(folder: path).digest }
        if self == .bert { return try SentenceBERT.load(folder: path).digest }
        let folder = ModelFolder(path: path)
        try loadNetwork(folder)
        return try folder.digest(label: "alertd \(rawValue) network 1", more: [], weights: folder.weights)
    }

    /// Builds the network alone, without tokenizer, from a folder whose weights may be audited.
    func loadNetwork(_ folder: ModelFolder) throws(ModelError) {
        switch self {
        case .clip: _ = try CLIP(folder, tokenizer: nil, tokenizerFiles: [])
        case .siglip: _ = try SigLIP(folder, hasTokenizer: false)
        case .siglip2: _ = try SigLIP2(folder, hasTokenizer: false)
        case .dinov2, .dinov2WithRegisters: _ = try DINOv2(folder)
        case .bert: _ = try SentenceBERT(folder)
        case .videoLLaMA3, .videoLLaMA3Original: _ = try VideoLLaMA3(folder)
        case .smolVLM: _ = try SmolVLM(folder)
        case .videoLLaVA: _ = try VideoLLaVA(folder)
        case .internVL: _ = try InternVL(folder)
        case .vivit: _ = try ViViT(folder)
        case .blip2: _ = try BLIP2(folder, tokenizer: nil)
        case .slowFast: _ = try SlowFast(folder)
        case .llama, .mistral, .qwen2: _ = try LanguageModel(folder)
        }
    }
}
