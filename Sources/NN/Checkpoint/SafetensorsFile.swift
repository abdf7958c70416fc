/// One `.safetensors` file, mapped, its header read and checked in full before any tensor is touched.
///
/// Format: an 8-byte little-endian header length, a JSON object from tensor name to dtype, shape and byte range, then the
/// bytes; ranges must tile them without gap or overlap (huggingface/safetensors, README "Format").
public final class SafetensorsFile: Sendable {
    /// The number formats of the specification.
    public enum NumberFormat: String, Sendable {
        case bool = "BOOL"
        case u8 = "U8"
        case i8 = "I8"
        case f8e5m2 = "F8_E5M2"
        case f8e4m3 = "F8_E4M3"
        case i16 = "I16"
        case u16 = "U16"
        case f16 = "F16"
        case bf16 = "BF16"
        case i32 = "I32"
        case u32 = "U32"
        case f32 = "F32"
        case i64 = "I64"
        case u64 = "U64"
        case f64 = "F64"

        /// Bytes of one value.
        public var byteCount: Int {
            switch self {
            case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
            case .i16, .u16, .f16, .bf16: 2
            case .i32, .u32, .f32: 4
            case .i64, .u64, .f64: 8
            }
        }
    }

    /// What the header says about one tensor; checked against the file's size.
    public struct Entry: Sendable, Equatable {
        /// Format of the values.
        public let format: NumberFormat
        /// Extents, outermost first.
        public let shape: [Int]
        /// Number of values.
        public let count: Int
        /// Where the values lie, in bytes from the start of the file.
        let byteRange: Range<Int>
    }

    /// The header may not be longer than the reference implementation allows.
    public static let maximumHeaderLength = 100_000_000

    /// The path that was opened.
    public let path: String
    /// Every tensor by its name.
    public let entries: [String: Entry]
    let file: MappedFile

    /// Maps the file at `path` and checks its header.
    public init(path: String) throws(WeightsError) {
        file = try MappedFile(path: path)
        self.path = path
        entries = try SafetensorsHeader.entries(of: file)
    }

    /// The shape and format of tensor `key`.
    public func entry(_ key: String) throws(WeightsError) -> Entry {
        guard let entry = entries[key] else { throw .missingKey(file: path, key: key) }
        return entry
    }

    /// The floats of tensor `key`. F32 values stay in the mapped file when they are aligned there; F16 and BF16 are
    /// widened. Other formats are refused.
    public func floats(_ key: String) throws(WeightsError) -> Tensor {
        let entry = try entry(key)
        switch entry.format {
        case .f32 where entry.byteRange.lowerBound % 4 == 0 && entry.count > 0:
            let storage = TensorStorage(file: file, byteOffset: entry.byteRange.lowerBound, count: entry.count)
            return Tensor(shape: entry.shape, storage: storage, offset: 0)
        case .f32, .f16, .bf16: return widened(entry)
        default:
            throw .wrongType(file: path, key: key, expected: "F32, F16 or BF16", found: entry.format.rawValue)
        }
    }

    /// The whole numbers of tensor `key` (I64, I32, U8 or BOOL) and its shape.
    public func integers(_ key: String) throws(WeightsError) -> (values: [Int], shape: [Int]) {
        let entry = try entry(key)
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        let values: [Int]
        switch entry.format {
        case .i64: values = (0..<entry.count).map { Int(Int64(littleEndian: bytes.loadUnaligned(at: $0))) }
        case .i32: values = (0..<entry.count).map { Int(Int32(littleEndian: bytes.loadUnaligned(at: $0))) }
        case .u8, .bool: values = bytes.map(Int.init)
        default: throw .wrongType(file: path, key: key, expected: "I64, I32, U8 or BOOL", found: entry.format.rawValue)
        }
        return (values, entry.shape)
    }

    private func widened(_ entry: Entry) -> Tensor {
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        return Tensor(shape: entry.shape) { NumberFormats.widen(bytes, entry.format, to: $0) }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func loadUnaligned<Value: BitwiseCopyable>(at index: Int) -> Value {
        loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
    }
}
