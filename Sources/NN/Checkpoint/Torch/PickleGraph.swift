/// What a pickle describes: values that name each other by number. Nothing is built that a pickle asks for by name.
struct PickleGraph {
    /// A stretch of numbers in a member of the archive, of which tensors are views.
    struct Storage: Equatable {
        /// Name of the member below `data/`.
        let key: String
        let format: NumberFormat
        /// Number of values.
        let count: Int
    }

    /// A view of a storage; offset and strides count values.
    struct View: Equatable {
        let storage: Storage
        let offset: Int
        let shape, strides: [Int]
    }

    enum Node {
        case none
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        /// A value that no file of weights needs: bytes, sets, integers of more than 64 bits.
        case opaque
        case tuple([Int32])
        case list([Int32])
        case dictionary([(key: Int32, value: Int32)])
        /// A name of the whitelist.
        case global(PickleGlobal)
        /// An `argparse.Namespace` and its attributes, a dictionary.
        case namespace(attributes: Int32?)
        indirect case storage(Storage)
        indirect case view(View)
    }

    var nodes: [Node] = []
    var root: Int32 = 0

    subscript(index: Int32) -> Node { nodes[Int(index)] }

    /// Adds a node; returns its number.
    mutating func add(_ node: Node) -> Int32 {
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    /// Appends to a list in place, without copying what it holds.
    mutating func append(_ items: some Sequence<Int32>, to index: Int32) -> Bool {
        guard case .list(var elements) = nodes[Int(index)] else { return false }
        nodes[Int(index)] = .none
        elements.append(contentsOf: items)
        nodes[Int(index)] = .list(elements)
        return true
    }

    /// Adds entries to a dictionary in place.
    mutating func set(_ pairs: some Sequence<(key: Int32, value: Int32)>, in index: Int32) -> Bool {
        guard case .dictionary(var entries) = nodes[Int(index)] else { return false }
        nodes[Int(index)] = .none
        entries.append(contentsOf: pairs)
        nodes[Int(index)] = .dictionary(entries)
        return true
    }

    /// The elements of a tuple or list.
    func elements(_ index: Int32) -> [Int32]? {
        switch self[index] {
        case .tuple(let elements), .list(let elements): elements
        default: nil
        }
    }

    /// A whole number.
    func integer(_ index: Int32) -> Int? { if case .integer(let value) = self[index] { value } else { nil } }

    /// A text.
    func text(_ index: Int32) -> String? { if case .text(let value) = self[index] { value } else { nil } }

    /// A tuple of whole numbers, none negative.
    func extents(_ index: Int32) -> [Int]? {
        guard let elements = elements(index), elements.count <= 16 else { return nil }
        let values = elements.compactMap(integer).filter { $0 >= 0 }
        return values.count == elements.count ? values : nil
    }
}

/// The names that a pickle of weights may use. Each stands for a rule of ``PickleReader``, never for code that is looked up.
enum PickleGlobal: Equatable {
    case orderedDictionary, tensor, parameter, namespace, size, device, set, numberFormat
    case storage(NumberFormat)

    /// The rule behind `module.name`; nil for everything else there is in Python.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .tensor
        case ("torch._utils", "_rebuild_parameter"): self = .parameter
        case ("argparse", "Namespace"), ("types", "SimpleNamespace"): self = .namespace
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("builtins", "set"), ("__builtin__", "set"): self = .set
        case ("torch", let name) where Self.formatNames.contains(name): self = .numberFormat
        case ("torch", let name):
            guard let format = Self.storages[name] else { return nil }
            self = .storage(format)
        default: return nil
        }
    }

    private static let storages: [String: NumberFormat] = [
        "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16, "DoubleStorage": .f64,
        "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8,
        "BoolStorage": .bool,
    ]
    private static let formatNames: Set<String> = ["float32", "float16", "bfloat16", "float64", "int64"]
}
