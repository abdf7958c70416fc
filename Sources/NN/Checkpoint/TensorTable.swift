/// The tensors of one mapped file, whatever its format: their values are read from here.
struct TensorTable: Sendable {
    let file: MappedFile
    let entries: [String: TensorEntry]

    var path: String { file.path }

    /// The shape and format of tensor `key`.
    func entry(_ key: String) throws(WeightsError) -> TensorEntry {
        guard let entry = entries[key] else { throw .missingKey(file: path, key: key) }
        return entry
    }

    /// The floats of tensor `key`. F32 values in row-major order stay in the mapped file when they are aligned there; F16
    /// and BF16 are widened. Other formats are refused.
    func floats(_ key: String) throws(WeightsError) -> Tensor {
        let entry = try entry(key)
        guard [.f32, .f16, .bf16].contains(entry.format) else {
            throw .wrongType(file: path, key: key, expected: "F32, F16 or BF16", found: entry.format.rawValue)
        }
        let stored = stored(entry)
        guard let strides = entry.strides else { return stored.reshaped(entry.shape) }
        return Tensor(shape: entry.shape) { result in
            stored.withValues { source in
                Self.walk(entry.shape, strides) { target, place in result[target] = source[place] }
            }
        }
    }

    /// Rows `rows` of tensor `key` [R, C] as floats of their own, and none of the file's memory kept; nil when its values do not lie
    /// row by row or are of a format that is not widened.
    func floats(_ key: String, rows: Range<Int>) throws(WeightsError) -> Tensor? {
        let entry = try entry(key)
        guard entry.shape.count == 2, entry.strides == nil, [.f32, .f16, .bf16].contains(entry.format) else {
            return nil
        }
        precondition(rows.lowerBound >= 0 && rows.upperBound <= entry.shape[0], "rows \(rows) of \(entry.shape)")
        let width = entry.shape[1] * entry.format.byteCount
        let first = entry.byteRange.lowerBound + rows.lowerBound * width
        let range = first..<first + rows.count * width
        let part = Tensor(shape: [rows.count, entry.shape[1]]) {
            NumberFormats.widen(UnsafeRawBufferPointer(rebasing: file.bytes[range]), entry.format, to: $0)
        }
        file.release(range)
        return part
    }

    /// The whole numbers of tensor `key` (I64, I32, U8 or BOOL) and its shape.
    func integers(_ key: String) throws(WeightsError) -> (values: [Int], shape: [Int]) {
        let entry = try entry(key)
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        let count = bytes.count / entry.format.byteCount
        let values: [Int]
        switch entry.format {
        case .i64: values = (0..<count).map { Int(Int64(littleEndian: bytes.loadUnaligned(at: $0))) }
        case .i32: values = (0..<count).map { Int(Int32(littleEndian: bytes.loadUnaligned(at: $0))) }
        case .u8, .bool: values = bytes.map(Int.init)
        default: throw .wrongType(file: path, key: key, expected: "I64, I32, U8 or BOOL", found: entry.format.rawValue)
        }
        guard let strides = entry.strides else { return (values, entry.shape) }
        var ordered = [Int](repeating: 0, count: entry.count)
        Self.walk(entry.shape, strides) { ordered[$0] = values[$1] }
        return (ordered, entry.shape)
    }

    /// All values of the entry's byte range, in the order in which they lie.
    private func stored(_ entry: TensorEntry) -> Tensor {
        let count = entry.byteRange.count / entry.format.byteCount
        if entry.format == .f32, entry.byteRange.lowerBound % 4 == 0, count > 0 {
            let storage = TensorStorage(file: file, byteOffset: entry.byteRange.lowerBound, count: count)
            return Tensor(shape: [count], storage: storage, offset: 0)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        return Tensor(shape: [count]) { NumberFormats.widen(bytes, entry.format, to: $0) }
    }

    /// Calls `visit` with the row-major number and the stored place of every value.
    private static func walk(_ shape: [Int], _ strides: [Int], _ visit: (Int, Int) -> Void) {
        var index = shape.map { _ in 0 }
        var place = 0
        for target in 0..<shape.reduce(1, *) {
            visit(target, place)
            for axis in shape.indices.reversed() {
                index[axis] += 1
                place += strides[axis]
                if index[axis] < shape[axis] { break }
                place -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func loadUnaligned<Value: BitwiseCopyable>(at index: Int) -> Value {
        loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
    }
}
