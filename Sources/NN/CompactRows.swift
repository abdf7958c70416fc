internal import CKernels

// Letters: N rows · D width · G values of a group.

/// Rows of numbers kept in fewer bytes than 32-bit floats, written and read row by row: what a decoder remembers of a text,
/// and lookup tables. A value type.
public struct CompactRows: Sendable {
    /// How a number is kept.
    public enum Format: String, Sendable, CaseIterable {
        /// 32-bit floats.
        case fp32
        /// IEEE half floats, rounded to nearest even; beyond 65504 the largest there is.
        case fp16
        /// Bytes with one scale for each group of a row.
        case int8
    }

    /// D.
    public let width: Int
    /// How the numbers are kept.
    public let format: Format
    /// N, written or not.
    public private(set) var rows = 0
    private let groupWidth: Int
    private var floats: Tensor
    private var halves: [UInt16] = []
    private var bytes: [Int8] = []
    private var scales: [Float] = []

    /// No rows yet; in int8, groups of `groupWidth` values have a scale each.
    public init(width: Int, groupWidth: Int, format: Format) {
        precondition(width > 0 && groupWidth > 0 && width % groupWidth == 0, "\(width) in groups of \(groupWidth)")
        (self.width, self.groupWidth, self.format) = (width, groupWidth, format)
        floats = Tensor(zeros: [0, width])
    }

    /// x [N, D].
    public init(_ x: Tensor, as format: Format) {
        self.init(width: x.matrixShape.columns, groupWidth: x.matrixShape.columns, format: format)
        grow(to: x.matrixShape.rows)
        write(x, at: 0)
    }

    /// Bytes that the rows take.
    public var byteCount: Int { 4 * floats.count + 2 * halves.count + bytes.count + 4 * scales.count }

    /// Makes room for `rows` rows; new ones are zero.
    public mutating func grow(to rows: Int) {
        precondition(rows >= self.rows, "\(rows) rows of \(self.rows)")
        let more = rows - self.rows
        switch format {
        case .fp32: floats = Tensor(joining: [floats, Tensor(zeros: [more, width])])
        case .fp16: halves.append(contentsOf: repeatElement(0, count: more * width))
        case .int8:
            bytes.append(contentsOf: repeatElement(0, count: more * width))
            scales.append(contentsOf: repeatElement(0, count: more * width / groupWidth))
        }
        self.rows = rows
    }

    /// Writes x [N, D] over the rows from `start` on.
    public mutating func write(_ x: Tensor, at start: Int) {
        x.expect(nil, width)
        precondition(start >= 0 && start + x.shape[0] <= rows, "\(x.shape[0]) rows at \(start) of \(rows)")
        let (first, count) = (start * width, x.count)
        x.withPointer { source in
            switch format {
            case .fp32: floats.withMutablePointer { ($0 + first).update(from: source, count: count) }
            case .fp16:
                halves.withUnsafeMutableBufferPointer { target in
                    if let base = target.baseAddress { ck_float_to_half(source, base + first, count) }
                }
            case .int8: quantise(source, count: count, at: first)
            }
        }
    }

    /// The first `count` rows [N, D].
    public func first(_ count: Int) -> Tensor { rows(0..<count) }

    /// The rows of `range` [N, D].
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        if format == .fp32 { return floats.rows(range) }
        return Tensor(shape: [range.count, width]) { read(range, to: $0.start) }
    }

    /// The rows of these numbers, in their order [N, D].
    public func gathered(_ wanted: [Int]) -> Tensor {
        Tensor(shape: [wanted.count, width]) { result in
            for (index, row) in wanted.enumerated() {
                precondition((0..<rows).contains(row), "row \(row) of \(rows)")
                read(row..<row + 1, to: result.start + index * width)
            }
        }
    }

    private func read(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
        let (first, count) = (range.lowerBound * width, range.count * width)
        switch format {
        case .fp32: floats.withPointer { target.update(from: $0 + first, count: count) }
        case .fp16:
            halves.withUnsafeBytes { halves in
                if let base = halves.bindMemory(to: UInt8.self).baseAddress {
                    ck_half_to_float(base + 2 * first, target, count)
                }
            }
        case .int8:
            bytes.withUnsafeBufferPointer { bytes in
                scales.withUnsafeBufferPointer { scales in
                    for group in 0..<count / groupWidth {
                        let scale = scales[first / groupWidth + group]
                        let place = group * groupWidth
                        for i in place..<place + groupWidth { target[i] = Float(bytes[first + i]) * scale }
                    }
                }
            }
        }
    }

    private mutating func quantise(_ source: UnsafePointer<Float>, count: Int, at first: Int) {
        let groupWidth = groupWidth
        bytes.withUnsafeMutableBufferPointer { bytes in
            scales.withUnsafeMutableBufferPointer { scales in
                for group in 0..<count / groupWidth {
                    let place = group * groupWidth
                    var largest: Float = 0
                    for i in place..<place + groupWidth { largest = max(largest, abs(source[i])) }
                    let scale = largest.isFinite && largest / 127 >= .leastNormalMagnitude ? largest / 127 : 0
                    scales[first / groupWidth + group] = scale
                    for i in place..<place + groupWidth {
                        let value = scale > 0 ? (source[i] / scale).rounded() : 0
                        bytes[first + i] = value.isNaN ? 0 : Int8(max(-127, min(127, value)))
                    }
                }
            }
        }
    }
}
