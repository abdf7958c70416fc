/// Reads and checks the header of a safetensors file; every number in it is taken as hostile.
enum SafetensorsHeader {
    /// The tensors of `file`, whose ranges tile the bytes after the header exactly.
    static func entries(of file: MappedFile) throws(WeightsError) -> [String: TensorEntry] {
        let dataStart = try headerEnd(of: file)
        let header = UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart])
        guard header.first == UInt8(ascii: "{") else {
            throw .malformedHeader(file: file.path, key: nil, problem: "it does not start with '{'")
        }
        let json: JSONValue
        do { json = try JSONValue(parsing: header) } catch {
            throw .malformedHeader(file: file.path, key: nil, problem: error.description)
        }
        guard let object = json.object else {
            throw .malformedHeader(file: file.path, key: nil, problem: "not an object")
        }
        var entries: [String: TensorEntry] = [:]
        for (name, value) in object {
            let key = name.text
            if key == "__metadata__" {
                try checkMetadata(value, file)
            } else {
                entries[key] = try entry(key, value, dataStart: dataStart, file)
            }
        }
        try checkTiling(entries, dataStart: dataStart, file)
        return entries
    }

    private static func headerEnd(of file: MappedFile) throws(WeightsError) -> Int {
        let found = UInt64(file.bytes.count)
        guard found >= 8 else { throw .truncated(file: file.path, needed: 8, found: found) }
        let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(SafetensorsFile.maximumHeaderLength) else {
            throw .malformedHeader(
                file: file.path, key: nil,
                problem: "header of \(length) bytes, at most \(SafetensorsFile.maximumHeaderLength) are allowed")
        }
        guard length >= 2 else {
            throw .malformedHeader(file: file.path, key: nil, problem: "header of \(length) bytes")
        }
        guard 8 + length <= found else { throw .truncated(file: file.path, needed: 8 + length, found: found) }
        return 8 + Int(length)
    }

    private static func checkMetadata(_ value: JSONValue, _ file: MappedFile) throws(WeightsError) {
        guard let object = value.object, object.values.allSatisfy({ $0.string != nil }) else {
            throw .malformedHeader(file: file.path, key: "__metadata__", problem: "not an object of strings")
        }
    }

    private static func entry(
        _ key: String, _ value: JSONValue, dataStart: Int, _ file: MappedFile
    ) throws(WeightsError) -> TensorEntry {
        func refuse(_ problem: String) -> WeightsError {
            .malformedHeader(file: file.path, key: key, problem: problem)
        }
        guard let fields = value.object else { throw refuse("not an object") }
        for field in fields.keys where !["dtype", "shape", "data_offsets"].contains(field.text) {
            throw refuse("unknown field \"\(field.text)\"")
        }
        guard let name = fields["dtype"]?.string else { throw refuse("dtype is missing or no string") }
        guard let format = NumberFormat(rawValue: name) else {
            throw refuse("unknown dtype \"\(name)\"")
        }
        guard let extents = fields["shape"]?.array else { throw refuse("shape is missing or no array") }
        guard extents.count <= 16 else { throw refuse("\(extents.count) dimensions, at most 16 are allowed") }
        var (shape, count, overflows) = ([Int](), 1, false)
        for extent in extents {
            guard let extent = extent.integer, extent >= 0 else { throw refuse("shape holds no whole number ≥ 0") }
            shape.append(extent)
            let product = count.multipliedReportingOverflow(by: extent)
            count = product.partialValue
            overflows = overflows || product.overflow
        }
        let bytes = count.multipliedReportingOverflow(by: format.byteCount)
        guard !overflows, !bytes.overflow else { throw refuse("shape \(shape) overflows") }
        let range = try byteRange(fields["data_offsets"], dataStart: dataStart, file, refuse)
        guard range.count == bytes.partialValue else {
            throw refuse("\(range.count) bytes for \(shape) of \(name), \(bytes.partialValue) needed")
        }
        return TensorEntry(format: format, shape: shape, count: count, byteRange: range, strides: nil)
    }

    private static func byteRange(
        _ value: JSONValue?, dataStart: Int, _ file: MappedFile, _ refuse: (String) -> WeightsError
    ) throws(WeightsError) -> Range<Int> {
        guard let offsets = value?.array, offsets.count == 2, let start = offsets[0].integer,
            let end = offsets[1].integer
        else { throw refuse("data_offsets is missing or no pair of whole numbers") }
        guard start >= 0, start <= end else { throw refuse("data_offsets \(start)…\(end) run backwards") }
        let available = file.bytes.count - dataStart
        guard end <= available else {
            throw refuse(
                "data_offsets end at \(end), the file holds \(available) bytes of data; it is truncated or lies")
        }
        return dataStart + start..<dataStart + end
    }

    private static func checkTiling(
        _ entries: [String: TensorEntry], dataStart: Int, _ file: MappedFile
    ) throws(WeightsError) {
        let sorted = entries.sorted {
            ($0.value.byteRange.lowerBound, $0.value.byteRange.upperBound, $0.key)
                < ($1.value.byteRange.lowerBound, $1.value.byteRange.upperBound, $1.key)
        }
        var end = dataStart
        for (key, entry) in sorted {
            guard entry.byteRange.lowerBound == end else {
                let problem =
                    entry.byteRange.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw .malformedHeader(file: file.path, key: key, problem: problem)
            }
            end = entry.byteRange.upperBound
        }
        guard end == file.bytes.count else {
            throw .malformedHeader(
                file: file.path, key: nil, problem: "\(file.bytes.count - end) bytes after the last tensor")
        }
    }
}
