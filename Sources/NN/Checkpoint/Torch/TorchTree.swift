/// Walks the dictionaries of a checkpoint's pickle and writes down its tensors and plain values under keys with dots. What
/// is shared in the graph is visited again at each place, so visits and the length of all keys are bounded.
struct TorchTree {
    private let graph: PickleGraph
    private let file: String
    /// Prefix of the members that hold storages.
    private let data: String
    private let members: [String: Range<Int>]
    private(set) var entries: [String: TensorEntry] = [:]
    private(set) var settings: [String: JSONValue] = [:]
    private var visitsLeft: Int
    private var keyBytesLeft = 64 << 20

    /// Dictionaries inside each other.
    private static let maximumDepth = 16

    init(graph: PickleGraph, file: String, data: String, members: [String: Range<Int>]) {
        (self.graph, self.file, self.data, self.members) = (graph, file, data, members)
        visitsLeft = 4 * graph.nodes.count + 1024
    }

    mutating func walk() throws(WeightsError) {
        let root: PickleGraph.Node = graph[graph.root]
        guard case .dictionary = root else {
            throw .malformedPickle(file: file, key: nil, problem: "it holds no dictionary of tensors")
        }
        try visit(graph.root, key: "", depth: 0)
    }

    private mutating func visit(_ index: Int32, key: String, depth: Int) throws(WeightsError) {
        try spend(visits: 1, bytes: key.utf8.count)
        switch graph[index] {
        case .dictionary(let pairs):
            guard depth < Self.maximumDepth else { throw refusal(key, "nested deeper than \(Self.maximumDepth)") }
            for (name, value) in pairs {
                guard let name = graph.text(name) ?? graph.integer(name).map(String.init) else { continue }
                try visit(value, key: key.isEmpty ? name : key + "." + name, depth: depth + 1)
            }
        case .namespace(let attributes?):
            guard case .dictionary = graph[attributes] else { throw refusal(key, "attributes that are no dictionary") }
            try visit(attributes, key: key, depth: depth + 1)
        case .view(let view): entries[key] = try entry(view, key)
        default:
            if let value = try plain(index, depth: 0) { settings[key] = value }
        }
    }

    /// The value as JSON; nil when it is of another kind.
    private mutating func plain(_ index: Int32, depth: Int) throws(WeightsError) -> JSONValue? {
        try spend(visits: 1, bytes: 0)
        switch graph[index] {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return value.isFinite ? .number(value) : nil
        case .text(let value):
            try spend(visits: 0, bytes: value.utf8.count)
            return .string(value)
        case .tuple(let elements), .list(let elements):
            guard depth < Self.maximumDepth else { return nil }
            var values: [JSONValue] = []
            for element in elements {
                guard let value = try plain(element, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .array(values)
        default: return nil
        }
    }

    /// The entry of a view that lies inside its storage and is no larger than it.
    private func entry(_ view: PickleGraph.View, _ key: String) throws(WeightsError) -> TensorEntry {
        let storage = view.storage
        guard let range = members[data + storage.key] else {
            throw refusal(key, "its storage \(storage.key.prefix(40)) is not in the file")
        }
        let size = storage.format.byteCount
        guard storage.count == range.count / size, range.count % size == 0 else {
            throw refusal(key, "\(range.count) bytes for \(storage.count) values of \(storage.format.rawValue)")
        }
        var (count, last, overflows) = (1, view.offset, false)
        for (extent, stride) in zip(view.shape, view.strides) {
            let product = count.multipliedReportingOverflow(by: extent)
            let reach = max(0, extent - 1).multipliedReportingOverflow(by: stride)
            let sum = last.addingReportingOverflow(reach.partialValue)
            (count, last) = (product.partialValue, sum.partialValue)
            overflows = overflows || product.overflow || reach.overflow || sum.overflow
        }
        guard !overflows else { throw refusal(key, "shape \(view.shape) overflows") }
        if count == 0 {
            return TensorEntry(
                format: storage.format, shape: view.shape, count: 0,
                byteRange: range.lowerBound..<range.lowerBound, strides: nil)
        }
        guard last < storage.count else {
            throw refusal(key, "shape \(view.shape) reaches beyond its \(storage.count) values")
        }
        guard count <= storage.count else {
            throw refusal(key, "\(count) values, but only \(storage.count) are stored")
        }
        let start = range.lowerBound + view.offset * size
        let end = range.lowerBound + (last + 1) * size
        return TensorEntry(
            format: storage.format, shape: view.shape, count: count, byteRange: start..<end,
            strides: Self.isRowMajor(view) ? nil : view.strides)
    }

    private static func isRowMajor(_ view: PickleGraph.View) -> Bool {
        var expected = 1
        for (extent, stride) in zip(view.shape, view.strides).reversed() where extent != 1 {
            guard stride == expected else { return false }
            expected *= extent
        }
        return true
    }

    private mutating func spend(visits: Int, bytes: Int) throws(WeightsError) {
        visitsLeft -= visits
        keyBytesLeft -= bytes
        guard visitsLeft >= 0, keyBytesLeft >= 0 else {
            throw .malformedPickle(file: file, key: nil, problem: "it repeats itself too often")
        }
    }

    private func refusal(_ key: String, _ problem: String) -> WeightsError {
        .malformedPickle(file: file, key: key.isEmpty ? nil : String(key.prefix(120)), problem: problem)
    }
}
