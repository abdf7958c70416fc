/// Reads the pickle inside a torch archive into a ``PickleGraph`` (Python, `pickletools.py`; protocols 2 to 5).
///
/// A pickle is a program for a stack machine that may call anything in Python. This reader knows the instructions that
/// build plain values, and the few names that `torch.save` needs (``PickleGlobal``); every other instruction or name ends
/// the reading. Nothing is ever looked up or called. Time and memory are linear in the pickle's length.
struct PickleReader {
    /// Why a pickle was refused.
    enum Fault: Error {
        case malformed(offset: Int, problem: String)
        /// A name outside the whitelist.
        case forbidden(name: String)
    }

    /// Longest pickle that is read; a thousand tensors take some 300 kB.
    static let maximumLength = 8 << 20

    private var cursor: ByteCursor
    private var graph = PickleGraph()
    private var stack: [Int32] = []
    private var marks: [Int] = []
    private var memo: [Int: Int32] = [:]
    private var start = 0

    private init(_ bytes: UnsafeRawBufferPointer) { cursor = ByteCursor(bytes) }

    /// The graph that `bytes` describe.
    static func graph(of bytes: UnsafeRawBufferPointer) throws(Fault) -> PickleGraph {
        guard bytes.count <= maximumLength else {
            throw .malformed(offset: 0, problem: "\(bytes.count) bytes, at most \(maximumLength) are read")
        }
        var reader = PickleReader(bytes)
        do {
            while try reader.step() {}
            reader.graph.root = try reader.pop()
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .malformed(offset: reader.start, problem: "it ends inside an instruction")
        }
        return reader.graph
    }

    /// Carries out one instruction; false at the end of the program.
    private mutating func step() throws -> Bool {
        start = cursor.position
        let code = try cursor.integer(UInt8.self)
        if code == UInt8(ascii: ".") { return false }
        guard let instruction = PickleInstruction(rawValue: code) else {
            throw fault("instruction \(code) is not one that weights need")
        }
        switch instruction {
        case .proto:
            let version = try cursor.integer(UInt8.self)
            guard (2...5).contains(version) else { throw fault("protocol \(version)") }
        case .frame: _ = try cursor.take(8)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        default:
            if try !pushValue(instruction), try !collect(instruction), try !remember(instruction) {
                try call(instruction)
            }
        }
        return true
    }

    private mutating func pushValue(_ instruction: PickleInstruction) throws -> Bool {
        switch instruction {
        case .none: push(.none)
        case .yes: push(.bool(true))
        case .no: push(.bool(false))
        case .int4: push(.integer(Int(try cursor.integer(Int32.self))))
        case .int1: push(.integer(Int(try cursor.integer(UInt8.self))))
        case .int2: push(.integer(Int(try cursor.integer(UInt16.self))))
        case .long1: try pushLong(try cursor.take(try cursor.count(UInt8.self)))
        case .long4: try pushLong(try cursor.take(try cursor.count(Int32.self)))
        case .double: push(.number(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped)))
        case .text1: try pushText(try cursor.take(try cursor.count(UInt8.self)))
        case .text4: try pushText(try cursor.take(try cursor.count(UInt32.self)))
        case .text8: try pushText(try cursor.take(try cursor.count(UInt64.self)))
        case .string1: try pushText(try cursor.take(try cursor.count(UInt8.self)))
        case .string4: try pushText(try cursor.take(try cursor.count(Int32.self)))
        case .bytes1: try pushOpaque(try cursor.count(UInt8.self))
        case .bytes4: try pushOpaque(try cursor.count(UInt32.self))
        case .bytes8: try pushOpaque(try cursor.count(UInt64.self))
        default: return false
        }
        return true
    }

    private mutating func collect(_ instruction: PickleInstruction) throws -> Bool {
        switch instruction {
        case .emptyTuple: push(.tuple([]))
        case .tuple1: push(.tuple(try pop(1)))
        case .tuple2: push(.tuple(try pop(2)))
        case .tuple3: push(.tuple(try pop(3)))
        case .tuple: push(.tuple(try popToMark()))
        case .emptyList: push(.list([]))
        case .list: push(.list(try popToMark()))
        case .append: try append(try pop(1))
        case .appends: try append(try popToMark())
        case .emptyDictionary: push(.dictionary([]))
        case .dictionary: push(.dictionary(try pairs(try popToMark())))
        case .setItem: try set(try pairs(try pop(2)))
        case .setItems: try set(try pairs(try popToMark()))
        case .emptySet: push(.opaque)
        case .addItems: _ = try popToMark()
        case .frozenSet:
            _ = try popToMark()
            push(.opaque)
        default: return false
        }
        return true
    }

    private mutating func remember(_ instruction: PickleInstruction) throws -> Bool {
        switch instruction {
        case .put1: memo[try cursor.count(UInt8.self)] = try top()
        case .put4: memo[try cursor.count(UInt32.self)] = try top()
        case .memoize: memo[memo.count] = try top()
        case .get1: stack.append(try remembered(try cursor.count(UInt8.self)))
        case .get4: stack.append(try remembered(try cursor.count(UInt32.self)))
        default: return false
        }
        return true
    }

    private mutating func call(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .global:
            let module = String(decoding: try cursor.line(), as: UTF8.self)
            try pushGlobal(module: module, name: String(decoding: try cursor.line(), as: UTF8.self))
        case .stackGlobal:
            let names = try pop(2).compactMap(graph.text)
            guard names.count == 2 else { throw fault("a name that is no text") }
            try pushGlobal(module: names[0], name: names[1])
        case .reduce, .newObject:
            let operands = try pop(2)
            guard case .global(let global) = graph[operands[0]], let arguments = graph.elements(operands[1]) else {
                throw fault("a call of something that is no name of the whitelist")
            }
            push(try result(of: global, arguments))
        case .build:
            let operands = try pop(1)
            let object = try top()
            if case .namespace = graph[object] { graph.nodes[Int(object)] = .namespace(attributes: operands[0]) }
        case .persistent: push(.storage(try storage(try pop())))
        default: throw fault("instruction \(instruction.rawValue)")
        }
    }
}

extension PickleReader {
    /// What `torch.save` means by calling `global`.
    private func result(of global: PickleGlobal, _ arguments: [Int32]) throws -> PickleGraph.Node {
        switch global {
        case .orderedDictionary: return .dictionary(try entries(arguments))
        case .tensor: return .view(try view(arguments))
        case .parameter:
            guard let data = arguments.first, case .view = graph[data] else { throw fault("a parameter of no tensor") }
            return graph[data]
        case .namespace: return .namespace(attributes: nil)
        case .size: return .tuple(arguments.first.flatMap(graph.elements) ?? [])
        case .device, .set: return .opaque
        case .storage, .numberFormat: throw fault("a call of a type")
        }
    }

    /// `OrderedDict()` or `OrderedDict([[key, value], …])`.
    private func entries(_ arguments: [Int32]) throws -> [(key: Int32, value: Int32)] {
        guard let list = arguments.first else { return [] }
        var entries: [(key: Int32, value: Int32)] = []
        for element in graph.elements(list) ?? [] {
            guard let pair = graph.elements(element), pair.count == 2 else { throw fault("an entry that is no pair") }
            entries.append((pair[0], pair[1]))
        }
        return entries
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, …)`
    private func view(_ arguments: [Int32]) throws -> PickleGraph.View {
        guard arguments.count >= 4, case .storage(let storage) = graph[arguments[0]],
            let offset = graph.integer(arguments[1]), offset >= 0, let shape = graph.extents(arguments[2]),
            let strides = graph.extents(arguments[3]), strides.count == shape.count
        else { throw fault("a malformed tensor") }
        return PickleGraph.View(storage: storage, offset: offset, shape: shape, strides: strides)
    }

    /// `("storage", type, key, device, count)`
    private func storage(_ index: Int32) throws -> PickleGraph.Storage {
        guard let fields = graph.elements(index), fields.count >= 5, graph.text(fields[0]) == "storage",
            case .global(.storage(let format)) = graph[fields[1]], let key = graph.text(fields[2]),
            let count = graph.integer(fields[4]), count >= 0
        else { throw fault("a malformed storage") }
        return PickleGraph.Storage(key: key, format: format, count: count)
    }

    private mutating func pushGlobal(module: String, name: String) throws {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw Fault.forbidden(name: String((module + "." + name).prefix(120)))
        }
        push(.global(global))
    }

    private mutating func pushText(_ bytes: UnsafeRawBufferPointer) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("a text that is not UTF-8") }
        push(.text(text))
    }

    private mutating func pushOpaque(_ count: Int) throws {
        _ = try cursor.take(count)
        push(.opaque)
    }

    /// A little-endian two's complement number of any length.
    private mutating func pushLong(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count <= 8 else { return push(.opaque) }
        var bits: UInt64 = bytes.last.map { $0 >= 0x80 ? .max : 0 } ?? 0
        for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
        push(.integer(Int(Int64(bitPattern: bits))))
    }
}

extension PickleReader {
    private mutating func push(_ node: PickleGraph.Node) { stack.append(graph.add(node)) }

    private func top() throws -> Int32 {
        guard stack.count > marks.last ?? 0, let top = stack.last else { throw fault("the stack is empty") }
        return top
    }

    private mutating func pop() throws -> Int32 { try pop(1)[0] }

    private mutating func pop(_ count: Int) throws -> [Int32] {
        guard stack.count - (marks.last ?? 0) >= count else { throw fault("the stack is empty") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [Int32] {
        guard let mark = marks.popLast() else { throw fault("no mark on the stack") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private func pairs(_ items: [Int32]) throws -> [(key: Int32, value: Int32)] {
        guard items.count % 2 == 0 else { throw fault("a key without a value") }
        return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
    }

    private mutating func append(_ items: [Int32]) throws {
        guard graph.append(items, to: try top()) else { throw fault("an element for what is no list") }
    }

    private mutating func set(_ items: [(key: Int32, value: Int32)]) throws {
        guard graph.set(items, in: try top()) else { throw fault("an entry for what is no dictionary") }
    }

    private func remembered(_ number: Int) throws -> Int32 {
        guard let index = memo[number] else { throw fault("nothing is remembered as \(number)") }
        return index
    }

    private func fault(_ problem: String) -> Fault { .malformed(offset: start, problem: problem) }
}
