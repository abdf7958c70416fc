package import NN

/// One JSON file of a model folder, or a section of it, read key by key: every value is checked for kind and range, and
/// every refusal names file and key.
package struct ConfigurationFile {
    package let path: String
    /// Key path of this section, empty at the top.
    package let section: String
    package let json: JSONValue

    /// Longest file that is read (a tokenizer of a large vocabulary takes some 10 MB).
    static let maximumLength = 128 << 20

    /// Reads `folder/name`.
    package init(folder: String, name: String) throws(ModelError) {
        path = folder + "/" + name
        section = ""
        let bytes = try Self.bytes(path)
        do { json = try JSONValue(parsing: bytes) } catch {
            throw .badConfiguration(file: path, key: "(document)", problem: error.description)
        }
        guard json.object != nil else {
            throw .badConfiguration(file: path, key: "(document)", problem: "\(json.kind), expected an object")
        }
    }

    private init(path: String, section: String, json: JSONValue) {
        self.path = path
        self.section = section
        self.json = json
    }

    /// The bytes of the regular file at `path`, of bounded length.
    static func bytes(_ path: String) throws(ModelError) -> [UInt8] {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            if case .unreadable(_, let reason) = error { throw .unreadable(file: path, reason: reason) }
            throw .weights(error)
        }
        guard file.bytes.count <= maximumLength else {
            throw .unreadable(file: path, reason: "\(file.bytes.count) bytes, at most \(maximumLength) are read")
        }
        defer { withExtendedLifetime(file) {} }
        return Array(file.bytes)
    }

    /// The object under `key`; an empty one when it is absent or null.
    package func object(_ key: String) throws(ModelError) -> ConfigurationFile {
        switch json[key] {
        case nil, .null?: return ConfigurationFile(path: path, section: section + key + ".", json: .object([:]))
        case let found? where found.object != nil:
            return ConfigurationFile(path: path, section: section + key + ".", json: found)
        case let found?: throw refusal(key, "\(found.kind), expected an object")
        }
    }

    /// Whether `key` is there and not null.
    package func has(_ key: String) -> Bool { json[key].map { $0 != .null } ?? false }

    /// The whole number under `key`, within `range`; `fallback` when it is absent.
    package func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws(ModelError) -> Int {
        guard let value = json[key] else { return fallback }
        guard let integer = value.integer else { throw refusal(key, "\(value.kind), expected a whole number") }
        guard range.contains(integer) else { throw refusal(key, "\(integer), expected \(range)") }
        return integer
    }

    /// The number under `key`, within `range`; `fallback` when it is absent.
    package func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) throws(ModelError)
        -> Double
    {
        guard let value = json[key] else { return fallback }
        guard let number = value.number else { throw refusal(key, "\(value.kind), expected a number") }
        guard range.contains(number) else { throw refusal(key, "\(number), expected \(range)") }
        return number
    }

    /// The truth value under `key`; `fallback` when it is absent.
    package func bool(_ key: String, default fallback: Bool) throws(ModelError) -> Bool {
        guard let value = json[key] else { return fallback }
        guard let bool = value.bool else { throw refusal(key, "\(value.kind), expected true or false") }
        return bool
    }

    /// The string under `key`; `fallback` when it is absent.
    package func string(_ key: String, default fallback: String) throws(ModelError) -> String {
        guard let value = json[key] else { return fallback }
        guard let string = value.string else { throw refusal(key, "\(value.kind), expected a string") }
        return string
    }

    /// The text of the token under `key`, which is a string or an object that holds one.
    package func mark(_ key: String, default fallback: String) throws(ModelError) -> String {
        if let text = json[key]?["content"]?.string { return text }
        return try string(key, default: fallback)
    }

    /// The activation named under `key`.
    package func activation(_ key: String, default fallback: Activation) throws(ModelError) -> Activation {
        let name = try string(key, default: fallback.rawValue)
        guard let activation = Activation(configurationName: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal(key, "unknown activation \"\(name.prefix(60))\"; known are \(known)")
        }
        return activation
    }

    /// An error about `key` of this section.
    package func refusal(_ key: String, _ problem: String) -> ModelError {
        .badConfiguration(file: path, key: section + key, problem: problem)
    }
}
