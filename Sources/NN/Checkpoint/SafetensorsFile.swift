/// One `.safetensors` file, mapped, its header read and checked in full before any tensor is touched.
///
/// Format: an 8-byte little-endian header length, a JSON object from tensor name to dtype, shape and byte range, then the
/// bytes; ranges must tile them without gap or overlap (huggingface/safetensors, README "Format").
public final class SafetensorsFile: Sendable {
    /// The header may not be longer than the reference implementation allows.
    public static let maximumHeaderLength = 100_000_000

    let table: TensorTable

    /// Maps the file at `path` and checks its header.
    public init(path: String) throws(WeightsError) {
        let file = try MappedFile(path: path)
        table = TensorTable(file: file, entries: try SafetensorsHeader.entries(of: file))
    }

    /// The path that was opened.
    public var path: String { table.path }

    /// Every tensor by its name.
    public var entries: [String: TensorEntry] { table.entries }

    /// The shape and format of tensor `key`.
    public func entry(_ key: String) throws(WeightsError) -> TensorEntry { try table.entry(key) }

    /// The floats of tensor `key`. F32 values stay in the mapped file when they are aligned there; F16 and BF16 are
    /// widened. Other formats are refused.
    public func floats(_ key: String) throws(WeightsError) -> Tensor { try table.floats(key) }

    /// The whole numbers of tensor `key` (I64, I32, U8 or BOOL) and its shape.
    public func integers(_ key: String) throws(WeightsError) -> (values: [Int], shape: [Int]) {
        try table.integers(key)
    }
}
