internal import FoundationEssentials

/// Which safetensors files a model folder consists of.
struct CheckpointFolder {
    /// Paths of the files, in the order of their names.
    let paths: [String]
    private let indexPath: String?
    /// The file name each key should be found in, when there is an index.
    private let expectedHome: [String: String]

    /// A folder with one file, or with an index whose shard names stay inside the folder.
    init(path folder: String) throws(WeightsError) {
        let single = folder + "/model.safetensors"
        let index = single + ".index.json"
        if FileManager.default.fileExists(atPath: single) {
            (paths, indexPath, expectedHome) = ([single], nil, [:])
        } else if FileManager.default.fileExists(atPath: index) {
            expectedHome = try Self.weightMap(of: index)
            paths = Set(expectedHome.values).sorted().map { folder + "/" + $0 }
            indexPath = index
        } else {
            (paths, indexPath, expectedHome) = ([try Self.onlyFile(in: folder)], nil, [:])
        }
    }

    /// Checks that every key lies in the shard that the index names, and in no other.
    func check(_ files: [SafetensorsFile]) throws(WeightsError) {
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

    private static func weightMap(of index: String) throws(WeightsError) -> [String: String] {
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
        for (key, value) in map {
            guard let name = value.string, isPlainName(name) else {
                throw .malformedIndex(
                    file: index, key: key, problem: "its file name is not that of a file beside the index")
            }
            homes[key] = name
        }
        return homes
    }

    /// A file name without a path: it cannot lead out of the folder.
    private static func isPlainName(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && !name.contains("/") && !name.contains("\0") && !name.hasPrefix(".")
    }

    private static func onlyFile(in folder: String) throws(WeightsError) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter(isPlainName)
        guard names.count == 1, let name = names.first else {
            let reason = names.isEmpty ? "no .safetensors file in it" : "\(names.count) .safetensors files and no index"
            throw .unreadable(file: folder, reason: reason)
        }
        return folder + "/" + name
    }
}
