/// The model types that alertd can load, by the `model_type` of their `config.json`. A new recipe is one line here.
public enum Recipe: String, Sendable, CaseIterable {
    /// ``CLIP``
    case clip

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
}
