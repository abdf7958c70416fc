// Letters: A, B, … any extents · N rows · D columns.

/// A dense array of 32-bit floats in row-major order: a shape and its values.
///
/// A value type: copies share storage until one of them is written. Rows of the first dimension and reshaped forms are
/// views that share storage too. Weights may be views into a mapped file, which the first write copies out.
public struct Tensor: Sendable {
    /// Extents, outermost first; empty for a single number.
    public private(set) var shape: [Int]
    /// Number of values: the product of ``shape``.
    public let count: Int
    private var storage: TensorStorage
    private var offset: Int

    init(shape: [Int], storage: TensorStorage, offset: Int) {
        self.shape = shape
        self.count = Self.count(of: shape)
        self.storage = storage
        self.offset = offset
        precondition(offset >= 0 && offset + count <= storage.count, "\(shape) at \(offset) of \(storage.count)")
    }

    /// A tensor whose values `fill` writes; it must write every one.
    public init(shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        let storage = TensorStorage(count: Self.count(of: shape))
        fill(storage.writableValues)
        self.init(shape: shape, storage: storage, offset: 0)
    }

    /// A tensor of zeros.
    public init(zeros shape: [Int]) { self.init(shape: shape) { $0.initialize(repeating: 0) } }

    /// A tensor over `values`, whose count must be the product of `shape`.
    public init(_ values: [Float], shape: [Int]) {
        precondition(values.count == Self.count(of: shape), "\(values.count) values for \(shape)")
        self.init(shape: shape) { target in _ = target.initialize(from: values) }
    }

    /// [N, D] from N rows of D values each; N may be 0, then D is 0.
    public init(rows: [[Float]]) {
        let columns = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == columns }, "rows of different lengths")
        self.init(Array(rows.joined()), shape: [rows.count, columns])
    }

    /// The values in order, as an array.
    public var values: [Float] { withValues { Array($0) } }

    /// Reads the values in place; the pointer lives until `body` returns.
    public func withValues<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let all = storage.values
        let result = try body(UnsafeBufferPointer(rebasing: all[offset..<offset + count]))
        withExtendedLifetime(storage) {}
        return result
    }

    /// Writes the values in place, copying them first when they are shared; the pointer lives until `body` returns.
    public mutating func withMutableValues<Result>(_ body: (UnsafeMutableBufferPointer<Float>) -> Result) -> Result {
        if !isKnownUniquelyReferenced(&storage) || !storage.isWritable {
            let copy = TensorStorage(count: count)
            withValues { source in _ = copy.writableValues.initialize(from: source) }
            storage = copy
            offset = 0
        }
        let result = body(UnsafeMutableBufferPointer(rebasing: storage.writableValues[offset..<offset + count]))
        withExtendedLifetime(storage) {}
        return result
    }

    /// The product of `shape`; a negative extent or an overflow is a programmer's error.
    static func count(of shape: [Int]) -> Int {
        precondition(shape.allSatisfy { $0 >= 0 }, "shape \(shape)")
        return shape.reduce(1, *)
    }
}

extension Tensor {
    /// Stops the program unless the shape is `extents`; nil stands for any extent. Documents shapes where they are used.
    public func expect(_ extents: Int?..., function: StaticString = #function) {
        let fits = shape.count == extents.count && zip(shape, extents).allSatisfy { $1 == nil || $0 == $1 }
        precondition(fits, "\(function): found \(shape), expected \(extents.map { $0.map(String.init) ?? "any" })")
    }

    /// The same values under another shape of equal count.
    public func reshaped(_ newShape: [Int]) -> Tensor {
        precondition(Self.count(of: newShape) == count, "\(shape) as \(newShape)")
        return Tensor(shape: newShape, storage: storage, offset: offset)
    }

    /// [N, …] → [n, …]: a view of the rows in `range`.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
        let inner = Array(shape.dropFirst())
        let rowCount = Self.count(of: inner)
        return Tensor(shape: [range.count] + inner, storage: storage, offset: offset + range.lowerBound * rowCount)
    }

    /// [N, …] → […]: a view of row `index`.
    public subscript(index: Int) -> Tensor {
        let row = rows(index..<index + 1)
        return row.reshaped(Array(row.shape.dropFirst()))
    }

    /// All extents but the last multiplied, and the last: the shape as a matrix of rows. [A, B, D] → (A·B, D).
    public var matrixShape: (rows: Int, columns: Int) {
        precondition(!shape.isEmpty, "a number has no rows")
        let columns = shape[shape.count - 1]
        return (Self.count(of: Array(shape.dropLast())), columns)
    }

    /// [N, D] → N arrays of D values.
    public var rowArrays: [[Float]] {
        expect(nil, nil)
        let columns = shape[1]
        return withValues { values in
            (0..<shape[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
        }
    }
}
