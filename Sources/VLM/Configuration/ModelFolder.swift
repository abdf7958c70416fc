internal import FoundationEssentials
import NN

/// The files of one model as Hugging Face lays them out, each read through its checks.
struct ModelFolder {
    let path: String

    /// `config.json`.
    var configuration: ConfigurationFile {
        get throws(ModelError) { try ConfigurationFile(folder: path, name: "config.json") }
    }

    /// The weights, one file or shards.
    var weights: Checkpoint {
        get throws(ModelError) {
            let path = path
            return try ModelError.wrapping { () throws(WeightsError) in try Checkpoint(folder: path) }
        }
    }

    /// Whether the folder holds `name`.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// `preprocessor_config.json`; nil when there is none.
    var preprocessor: ConfigurationFile? {
        get throws(ModelError) {
            guard has(Self.preprocessorName) else { return nil }
            return try ConfigurationFile(folder: path, name: Self.preprocessorName)
        }
    }

    /// SHA-256 over `label`, `config.json`, `preprocessor_config.json` where there is one, the files `more` and the
    /// weights: encodings are comparable only under one digest.
    func digest(label: String, more: [String], weights: Checkpoint) throws(ModelError) -> String {
        let names = ["config.json"] + (has(Self.preprocessorName) ? [Self.preprocessorName] : []) + more
        let folder = path
        return try ModelError.wrapping { () throws(WeightsError) in
            var digest = FileDigest()
            digest.feed(Array((label + "\n").utf8))
            for name in names { try digest.add(file: folder + "/" + name, as: name) }
            for path in weights.paths {
                try digest.add(file: path, as: path.split(separator: "/").last.map(String.init) ?? "")
            }
            return digest.hexadecimal
        }
    }

    private static let preprocessorName = "preprocessor_config.json"
}
