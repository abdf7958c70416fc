/// Pieces of pickle programs (protocol 2), each of which leaves one value on the stack.
enum Pickle {
    static func program(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + [0x2E] }

    static func text(_ text: String) -> [UInt8] { [0x58] + little(UInt32(text.utf8.count)) + Array(text.utf8) }

    static func integer(_ value: Int) -> [UInt8] { [0x4A] + little(UInt32(bitPattern: Int32(value))) }

    static func tuple(_ values: [[UInt8]]) -> [UInt8] { [0x28] + values.joined() + [0x74] }

    static func dictionary(_ entries: [(key: String, value: [UInt8])]) -> [UInt8] {
        [0x7D, 0x28] + entries.flatMap { text($0.key) + $0.value } + [0x75]
    }

    static func namespace(_ attributes: [(key: String, value: [UInt8])]) -> [UInt8] {
        Array("cargparse\nNamespace\n".utf8) + [0x29, 0x81] + dictionary(attributes) + [0x62]
    }

    /// A view of the F32 storage `key` of `count` values.
    static func tensor(_ key: String, count: Int, offset: Int, shape: [Int], strides: [Int]) -> [UInt8] {
        let storage =
            tuple([
                text("storage"), Array("ctorch\nFloatStorage\n".utf8), text(key), text("cpu"), integer(count),
            ]) + [0x51]
        let arguments = [
            storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89],
            Array("ccollections\nOrderedDict\n".utf8) + [0x29, 0x52],
        ]
        return Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + tuple(arguments) + [0x52]
    }

    static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
}

/// A zip file of stored members; `method` is what it claims about their compression.
func zipped(_ members: [(name: String, bytes: [UInt8])], method: UInt16 = 0) -> [UInt8] {
    var (file, directory) = ([UInt8](), [UInt8]())
    for (name, bytes) in members {
        let lengths = Pickle.little(UInt32(bytes.count)) + Pickle.little(UInt32(bytes.count))
        let nameLength = Pickle.little(UInt16(name.utf8.count))
        let head = Pickle.little(UInt16(0)) + Pickle.little(method) + [UInt8](repeating: 0, count: 8) + lengths
        directory += [0x50, 0x4B, 1, 2, 0, 0, 0, 0] + head + nameLength + [UInt8](repeating: 0, count: 12)
        directory += Pickle.little(UInt32(file.count)) + Array(name.utf8)
        file += [0x50, 0x4B, 3, 4, 0, 0] + head + nameLength + [0, 0] + Array(name.utf8) + bytes
    }
    let count = Pickle.little(UInt16(members.count))
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
        + Pickle.little(UInt32(directory.count)) + Pickle.little(UInt32(file.count)) + [0, 0]
}
