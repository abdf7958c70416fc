/// The weights of one model, read by the publisher's own key strings: `w["visual"]["blocks"][3]["attn"]`.
///
/// A checkpoint is one file or several shards with an index, as safetensors or as torch saves them. Scopes share one record
/// of the keys that were read, so that ``finish(ignoring:)`` can name what nobody asked for. Used while a model loads, on
/// one thread.
public struct Checkpoint {
    private let shards: Shards
    /// Where this scope stands, with its dot; empty at the top.
    private var prefix: String
    /// What a key that is asked for is called in the files; nil where they are the same.
    private var rename: ((String) -> String)?
    /// What the linear layers that are read from here compute with.
    public private(set) var precision = Precision.fp32
    /// Where quantised weights are kept from one start to the next.
    private var file: QuantisedFile?

    /// Opens `folder/model.safetensors`, else the shards of `folder/model.safetensors.index.json`, else the only
    /// `.safetensors` file there is, else `pytorch_model.bin`, else the shards of `pytorch_model.bin.index.json`.
    /// With `audit`, tensors that are missing, mis-shaped or damaged are written down there and replaced by zeros, as far
    /// as its budget goes, and nothing is thrown for them or for leftovers.
    public init(folder: String, audit: WeightsAudit? = nil) throws(WeightsError) {
        shards = try Shards(folder: folder)
        shards.audit = audit
        prefix = ""
    }

    /// Opens a single file, safetensors or torch's, told apart by their first bytes.
    public init(file: String) throws(WeightsError) {
        shards = Shards([try Shards.open(file)])
        prefix = ""
    }

    /// The same scope, whose linear layers compute in `precision`.
    public func read(in precision: Precision) -> Checkpoint {
        var scope = self
        scope.precision = precision
        return scope
    }

    /// The same scope, whose quantised weights are read from `file` and added to it; nil changes nothing.
    package func quantised(in file: QuantisedFile?) -> Checkpoint {
        var scope = self
        scope.file = file
        return scope
    }

    /// The quantised bytes of tensor `name` of this scope, whose shape must be `shape`; nil when no file has them.
    func quantised(_ name: String, shape: [Int], count: Int) throws(WeightsError) -> AlignedBytes? {
        let key = key(name)
        guard let bytes = file?.bytes(key, count: count), let index = shards.home[key] else { return nil }
        let table = shards.files[index].table
        let found = try table.entry(key).shape
        guard found == shape else { throw .wrongShape(file: table.path, key: key, expected: shape, found: found) }
        shards.unused.remove(key)
        return bytes
    }

    /// Keeps the quantised bytes of tensor `name` of this scope for the next start.
    func keep(_ bytes: AlignedBytes, quantised name: String) { file?.add(key(name), bytes) }

    /// The same weights under other keys: `rename` turns a key that is asked for into that of the files, at full length. Keys
    /// in errors, ``entries`` and ``finish(ignoring:)`` are those of the files; call that of the scope which this one came from.
    public func renamed(_ rename: @escaping (String) -> String) -> Checkpoint {
        var scope = self
        scope.rename = rename
        return scope
    }

    /// The key of the files for `name` of this scope.
    private func key(_ name: String) -> String { rename.map { $0(prefix + name) } ?? prefix + name }

    /// The scope one level down.
    public subscript(name: String) -> Checkpoint {
        var scope = self
        scope.prefix += name + "."
        return scope
    }

    /// The scope of element `index`.
    public subscript(index: Int) -> Checkpoint { self[String(index)] }

    /// The paths of the files behind this checkpoint, sorted.
    public var paths: [String] { shards.files.map(\.table.path).sorted() }

    /// Every key of the checkpoint with its shape and format, whatever the scope.
    public var entries: [String: TensorEntry] {
        shards.files.reduce(into: [:]) { all, file in all.merge(file.table.entries) { first, _ in first } }
    }

    /// A number, a text or a list of them that a torch checkpoint holds beside its tensors, of this scope.
    public func setting(_ name: String) -> JSONValue? {
        shards.files.lazy.compactMap { $0.settings[prefix + name] }.first
    }

    /// The shape of tensor `name` of this scope; nil when there is none.
    public func shape(of name: String) -> [Int]? {
        let key = key(name)
        return shards.home[key].flatMap { shards.files[$0].table.entries[key]?.shape }
    }

    /// Whether a tensor of this name exists in this scope.
    public func contains(_ name: String) -> Bool { shards.home[key(name)] != nil }

    /// The floats of tensor `name` of this scope, whose shape must be `shape`; NaN and infinity are refused.
    public func tensor(_ name: String, shape: [Int]) throws(WeightsError) -> Tensor {
        let key = key(name)
        do {
            return try checkedTensor(key, shape)
        } catch {
            guard let audit = shards.audit, audit.accepts(error, shape: shape) else { throw error }
            shards.unused.remove(key)
            return Tensor(zeros: shape)
        }
    }

    /// Tensor `name` [R, C] of this scope in bytes, one scale for each group of a row; its floats are never whole in memory. Nil when it
    /// has to be read as ``tensor(_:shape:)`` reads it.
    func grouped(_ name: String, shape: [Int], bias: Tensor?) throws(WeightsError) -> GroupedWeights? {
        let key = key(name)
        guard shards.audit == nil, shape.count == 2, let index = shards.home[key] else { return nil }
        let table = shards.files[index].table
        guard try table.entry(key).shape == shape, try table.floats(key, rows: 0..<0) != nil else { return nil }
        let weights = try GroupedWeights(outputs: shape[0], inputs: shape[1], bias: bias) {
            rows throws(WeightsError) in
            guard let part = try table.floats(key, rows: rows), part.isFinite else {
                throw .notFinite(file: table.path, key: key)
            }
            return part
        }
        shards.unused.remove(key)
        return weights
    }

    private func checkedTensor(_ key: String, _ shape: [Int]) throws(WeightsError) -> Tensor {
        guard let index = shards.home[key] else { throw .missingKey(file: shards.label, key: key) }
        let file = shards.files[index].table
        let entry = try file.entry(key)
        guard entry.shape == shape else {
            throw .wrongShape(file: file.path, key: key, expected: shape, found: entry.shape)
        }
        let tensor = try file.floats(key)
        guard tensor.isFinite else { throw .notFinite(file: file.path, key: key) }
        shards.unused.remove(key)
        return tensor
    }

    /// Throws when keys of this scope are left that nothing read. `ignored` names keys that are known and of no use (whole
    /// keys, or endings that start with a dot).
    public func finish(ignoring ignored: [String] = []) throws(WeightsError) {
        let left = shards.unused.filter { key in
            key.hasPrefix(prefix) && !ignored.contains { key == $0 || ($0.hasPrefix(".") && key.hasSuffix($0)) }
        }
        if left.isEmpty { return }
        guard let audit = shards.audit else { throw .unusedKeys(file: shards.label, keys: left.sorted()) }
        audit.note(unknown: left.sorted())
    }
}

/// The files of a checkpoint and which keys were read from them.
private final class Shards {
    /// One file: its tensors and what else it holds.
    struct File {
        let table: TensorTable
        let settings: [String: JSONValue]
    }

    let files: [File]
    /// Index into `files` of each key.
    let home: [String: Int]
    var unused: Set<String>
    var audit: WeightsAudit?

    init(_ files: [File]) {
        self.files = files
        home = files.enumerated().reduce(into: [:]) { home, file in
            for key in file.element.table.entries.keys { home[key] = file.offset }
        }
        unused = Set(home.keys)
    }

    convenience init(folder: String) throws(WeightsError) {
        let layout = try CheckpointFolder(path: folder)
        var files: [File] = []
        for path in layout.paths { files.append(try Self.open(path)) }
        try layout.check(files.map(\.table))
        self.init(files)
    }

    /// What errors about the checkpoint as a whole call it.
    var label: String { files.count == 1 ? files[0].table.path : files.map(\.table.path).min() ?? "(no file)" }

    /// Opens one file by its first bytes: a zip archive is torch's, everything else has to be safetensors.
    static func open(_ path: String) throws(WeightsError) -> File {
        let file = try MappedFile(path: path)
        let isArchive = file.bytes.starts(with: [0x50, 0x4B, 3, 4])
        if file.bytes.starts(with: [0x80, 2, 0x8A, 0x0A]) {
            throw .malformedArchive(
                file: path, problem: "it is in torch's form before version 1.6, which is not read")
        }
        withExtendedLifetime(file) {}
        if isArchive {
            let torch = try TorchFile(path: path)
            return File(table: torch.table, settings: torch.settings)
        }
        return File(table: try SafetensorsFile(path: path).table, settings: [:])
    }
}
