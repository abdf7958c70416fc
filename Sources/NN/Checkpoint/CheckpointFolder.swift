internal import FoundationEssentials

/// Which files of weights a model folder consists of.
struct CheckpointFolder {
    /// Paths of the files, in the order of their names.
    let paths: [String]
    private let indexPath: String?
    /// The file name each key should be found in, when there is an index.
    private let expectedHome: [String: String]

    /// A folder with one file, or with an index whose shard names stay inside the folder.
    init(path folder: String) throws(WeightsError) {
        let exists = { (name: String) in FileManager.default.fileExists(atPath: folder + "/" + name) }
        let only = try Self.onlyFile(in: folder)
        for name in ["model.safetensors", only, "pytorch_model.bin"].compactMap({ $0 }) {
            let index = name + ".index.json"
            if exists(name) {
                (paths, indexPath, expectedHome) = ([folder + "/" + name], nil, [:])
                return
            }
            guard exists(index) else { continue }
            let ending = String(name.split(separator: ".").last ?? "")
            let homes = try Self.weightMap(of: folder + "/" + index, ending: "." + ending)
            paths = Set(homes.values).sorted().map { folder + "/" + $0 }
            (indexPath, expectedHome) = (folder + "/" + index, homes)
            return
        }
        throw .unreadable(file: folder, reason: "no .safetensors file and no pytorch_model.bin in it")
    }

    /// Checks that every key lies in the shard that the index names, and in no other.
    func check(_ files: [TensorTable]) throws(WeightsError) {
        guard let indexPath else { return }
        for (file, path) in zip(files, paths) {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            for key in file.entries.keys where expectedHome[key] != name {
                throw .malformedIndex(
                    file: indexPath, key: key, problem: "found in \(name), which the index does not say")
            }
            for (key, home) in expectedHome where home == name && file.entries[key] == nil {
                throw .missingKey(file: path, key: key)
            }
        }
    }

    private static func weightMap(of index: String, ending: String) throws(WeightsError) -> [String: String] {
        let file = try MappedFile(path: index)
        defer { withExtendedLifetime(file) {} }
        let json: JSONValue
        do { json = try JSONValue(parsing: file.bytes) } catch {
            throw .malformedIndex(file: index, key: nil, problem: error.description)
        }
        guard let map = json["weight_map"]?.object, !map.isEmpty else {
            throw .malformedIndex(file: index, key: nil, problem: "weight_map is missing, empty or no object")
        }
        var homes: [String: String] = [:]
        for (entry, value) in map {
            let key = entry.text
            guard let name = value.string, isPlainName(name, ending: ending) else {
                throw .malformedIndex(
                    file: index, key: key, problem: "its file name is not that of a file beside the index")
            }
            homes[key] = name
        }
        return homes
    }

    /// A file name without a path: it cannot lead out of the folder.
    private static func isPlainName(_ name: String, ending: String) -> Bool {
        name.hasSuffix(ending) && !name.contains("/") && !name.contains("\0") && !name.hasPrefix(".")
    }

    /// The only safetensors file of a folder whose files have other names than the usual ones; nil when there is none.
    private static func onlyFile(in folder: String) throws(WeightsError) -> String? {
        let usual = ["model.safetensors", "model.safetensors.index.json"]
        if usual.contains(where: { FileManager.default.fileExists(atPath: folder + "/" + $0) }) { return nil }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { isPlainName($0, ending: ".safetensors") }
        guard names.count <= 1 else {
            throw .unreadable(file: folder, reason: "\(names.count) .safetensors files and no index")
        }
        return names.first
    }
}
