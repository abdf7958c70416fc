/// One file of `torch.save` (`.bin`, `.pt`, `.pth`, `.ckpt`; the zip form of torch 1.6 and later), mapped.
///
/// Its pickle is read by `PickleReader`, which executes nothing. Dictionaries inside each other become keys with dots:
/// tensor `w` of `{"model": {"a.w": …}}` is `model.a.w`. Numbers, texts and lists of them are ``settings`` in the same way,
/// so that a checkpoint's `opt.hidden_dim` can be asked for.
public final class TorchFile: Sendable {
    let table: TensorTable
    /// Every plain value by its path.
    public let settings: [String: JSONValue]

    /// Maps the file at `path` and reads its pickle; no tensor is touched.
    public init(path: String) throws(WeightsError) {
        let file = try MappedFile(path: path)
        let archive = try ZipArchive(file.bytes, file: path)
        let suffix = "/data.pkl"
        let pickles = archive.members.keys.filter { $0.hasSuffix(suffix) && $0.count(where: { $0 == "/" }) == 1 }
        guard pickles.count == 1, let name = pickles.first, let range = archive.members[name] else {
            throw .malformedArchive(file: path, problem: "\(pickles.count) members called data.pkl, expected one")
        }
        let folder = String(name.dropLast(suffix.count)) + "/"
        if let order = archive.members[folder + "byteorder"], !file.bytes[order].elementsEqual("little".utf8) {
            throw .malformedArchive(file: path, problem: "its byte order is not little-endian")
        }
        let graph: PickleGraph
        do { graph = try PickleReader.graph(of: UnsafeRawBufferPointer(rebasing: file.bytes[range])) } catch {
            switch error {
            case .forbidden(let name): throw .forbiddenPickle(file: path, name: name)
            case .malformed(let offset, let problem):
                throw .malformedPickle(file: path, key: nil, problem: "byte \(offset): \(problem)")
            }
        }
        var tree = TorchTree(graph: graph, file: path, data: folder + "data/", members: archive.members)
        try tree.walk()
        settings = tree.settings
        table = TensorTable(file: file, entries: tree.entries)
    }

    /// The path that was opened.
    public var path: String { table.path }

    /// Every tensor by its path.
    public var entries: [String: TensorEntry] { table.entries }

    /// The floats of tensor `key`; F16 and BF16 are widened, other formats refused.
    public func floats(_ key: String) throws(WeightsError) -> Tensor { try table.floats(key) }
}
