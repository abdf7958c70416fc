internal import FoundationEssentials
package import NN

/// The files of one model as Hugging Face lays them out, each read through its checks.
package struct ModelFolder {
    package let path: String
    /// What the linear layers compute with.
    package let precision: Precision
    /// Takes down what is wrong with the weights, when they are inspected rather than loaded.
    package var audit: WeightsAudit?
    /// Where quantised weights are kept from one start to the next.
    package var quantised: QuantisedFile?

    /// The folder at `path`.
    package init(path: String, precision: Precision = .fp32, audit: WeightsAudit? = nil) {
        self.path = path
        self.precision = precision
        self.audit = audit
    }

    /// `config.json`.
    package var configuration: ConfigurationFile {
        get throws(ModelError) { try ConfigurationFile(folder: path, name: "config.json") }
    }

    /// The weights, one file or shards.
    package var weights: Checkpoint {
        get throws(ModelError) {
            let (path, precision, audit, quantised) = (path, precision, audit, quantised)
            return try ModelError.wrapping { () throws(WeightsError) in
                try Checkpoint(folder: path, audit: audit).read(in: precision).quantised(in: quantised)
            }
        }
    }

    /// Whether the folder holds `name`.
    package func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// `preprocessor_config.json`; nil when there is none.
    package var preprocessor: ConfigurationFile? {
        get throws(ModelError) {
            guard has(Self.preprocessorName) else { return nil }
            return try ConfigurationFile(folder: path, name: Self.preprocessorName)
        }
    }

    /// SHA-256 over `label`, `config.json`, `preprocessor_config.json` where there is one, the files `more`, the
    /// weights, and the precision: encodings are comparable only under one digest.
    package func digest(label: String, more: [String], weights: Checkpoint) throws(ModelError) -> String {
        let names = ["config.json"] + (has(Self.preprocessorName) ? [Self.preprocessorName] : []) + more
        let (folder, precision) = (path, precision)
        return try ModelError.wrapping { () throws(WeightsError) in
            var digest = FileDigest()
            digest.feed(Array((label + "\n").utf8))
            if precision != .fp32 { digest.feed(Array((precision.rawValue + "\n").utf8)) }
            for name in names { try digest.add(file: folder + "/" + name, as: name) }
            for path in weights.paths {
                try digest.add(file: path, as: path.split(separator: "/").last.map(String.init) ?? "")
            }
            return digest.hexadecimal
        }
    }

    private static let preprocessorName = "preprocessor_config.json"
}
