/// Which files of a repository a recipe reads. The rest stays where it is: other programs' weights, pictures, code.
public enum FileSelection {
    private static let configuration = [
        "config.json", "preprocessor_config.json", "generation_config.json", "grounding.json",
    ]
    private static let tokenizer = ["tokenizer.json", "tokenizer_config.json"]
    /// Where there is no `tokenizer.json`.
    private static let olderTokenizers = [["vocab.json", "merges.txt"], ["spiece.model"], ["tokenizer.model"]]
    /// In the order in which they are looked for when a folder is loaded.
    private static let weights = [("model.safetensors", ".safetensors"), ("pytorch_model.bin", ".bin")]
    /// Legal texts go with the weights.
    private static let legal = ["license", "license.txt", "license.md", "notice"]

    /// The files of `listing` that are fetched, small ones first. Throws ``HubError/missingFiles(repository:names:)``.
    public static func files(
        of listing: [HubFile], repository: String, recipe: String
    ) throws(HubError) -> [HubFile] {
        let root = Dictionary(listing.filter { !$0.path.contains("/") }.map { ($0.path, $0) }) { first, _ in first }
        var missing: [String] = []
        if root["config.json"] == nil { missing.append("config.json") }
        var names = configuration + tokenizer
        if root["tokenizer.json"] == nil,
            let older = olderTokenizers.first(where: { $0.allSatisfy { root[$0] != nil } })
        {
            names += older
        }
        let found = weightNames(root)
        if found.isEmpty { missing.append("weights (model.safetensors or pytorch_model.bin)") }
        names += found
        guard missing.isEmpty else { throw .missingFiles(repository: repository, names: missing) }
        let chosen = names.compactMap { root[$0] } + root.values.filter { legal.contains($0.path.lowercased()) }
        return chosen.sorted { ($0.size, $0.path) < ($1.size, $1.path) }
    }

    /// One file, or an index with its shards. Which shards there are the index says; until it is read, those are taken
    /// whose names say that they are some.
    private static func weightNames(_ root: [String: HubFile]) -> [String] {
        for (name, ending) in weights {
            if root[name] != nil { return [name] }
            guard root[name + ".index.json"] != nil else { continue }
            let stem = name.dropLast(ending.count) + "-"
            let shards = root.keys.filter { $0.hasPrefix(stem) && $0.hasSuffix(ending) && $0.contains("-of-") }
            if !shards.isEmpty { return [name + ".index.json"] + shards.sorted() }
        }
        return []
    }
}
