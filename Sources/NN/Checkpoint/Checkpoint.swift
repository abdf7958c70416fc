/// The weights of one model, read by the publisher's own key strings: `w["visual"]["blocks"][3]["attn"]`.
///
/// A checkpoint is one safetensors file or several shards with an index. Scopes share one record of the keys that were
/// read, so that ``finish(ignoring:)`` can name what nobody asked for. Used while a model loads, on one thread.
public struct Checkpoint {
    private let shards: Shards
    /// Where this scope stands, with its dot; empty at the top.
    private let prefix: String

    /// Opens `folder/model.safetensors`, else the shards of `folder/model.safetensors.index.json`, else the only
    /// `.safetensors` file there is.
    public init(folder: String) throws(WeightsError) {
        shards = try Shards(folder: folder)
        prefix = ""
    }

    /// Opens a single file.
    public init(file: String) throws(WeightsError) {
        shards = Shards([try SafetensorsFile(path: file)])
        prefix = ""
    }

    private init(shards: Shards, prefix: String) {
        self.shards = shards
        self.prefix = prefix
    }

    /// The scope one level down.
    public subscript(name: String) -> Checkpoint { Checkpoint(shards: shards, prefix: prefix + name + ".") }

    /// The scope of element `index`.
    public subscript(index: Int) -> Checkpoint { self[String(index)] }

    /// The paths of the files behind this checkpoint, sorted.
    public var paths: [String] { shards.files.map(\.path).sorted() }

    /// Every key of the checkpoint with its shape and format, whatever the scope.
    public var entries: [String: SafetensorsFile.Entry] {
        shards.files.reduce(into: [:]) { all, file in all.merge(file.entries) { first, _ in first } }
    }

    /// Whether a tensor of this name exists in this scope.
    public func contains(_ name: String) -> Bool { shards.home[prefix + name] != nil }

    /// The floats of tensor `name` of this scope, whose shape must be `shape`; NaN and infinity are refused.
    public func tensor(_ name: String, shape: [Int]) throws(WeightsError) -> Tensor {
        let key = prefix + name
        guard let index = shards.home[key] else { throw .missingKey(file: shards.label, key: key) }
        let file = shards.files[index]
        let entry = try file.entry(key)
        guard entry.shape == shape else {
            throw .wrongShape(file: file.path, key: key, expected: shape, found: entry.shape)
        }
        let tensor = try file.floats(key)
        guard tensor.isFinite else { throw .notFinite(file: file.path, key: key) }
        shards.unused.remove(key)
        return tensor
    }

    /// Throws when keys are left that nothing read. `ignored` names keys that are known and of no use (whole keys, or
    /// endings that start with a dot).
    public func finish(ignoring ignored: [String] = []) throws(WeightsError) {
        let left = shards.unused.filter { key in
            !ignored.contains { key == $0 || ($0.hasPrefix(".") && key.hasSuffix($0)) }
        }
        guard left.isEmpty else { throw .unusedKeys(file: shards.label, keys: left.sorted()) }
    }
}

/// The files of a checkpoint and which keys were read from them.
private final class Shards {
    let files: [SafetensorsFile]
    /// Index into `files` of each key.
    let home: [String: Int]
    var unused: Set<String>

    init(_ files: [SafetensorsFile]) {
        self.files = files
        home = files.enumerated().reduce(into: [:]) { home, file in
            for key in file.element.entries.keys { home[key] = file.offset }
        }
        unused = Set(home.keys)
    }

    convenience init(folder: String) throws(WeightsError) {
        let layout = try CheckpointFolder(path: folder)
        var files: [SafetensorsFile] = []
        for path in layout.paths { files.append(try SafetensorsFile(path: path)) }
        try layout.check(files)
        self.init(files)
    }

    /// What errors about the checkpoint as a whole call it.
    var label: String { files.count == 1 ? files[0].path : files.map(\.path).min() ?? "(no file)" }
}
