internal import CKernels

// Letters: N rows · I inputs.

/// Rows of activations [N, I] as unsigned bytes q with a scale and a zero point for each row, x ≈ scale · (q − zero): they
/// span the row's smallest to its largest value, and 0 is exact (asymmetric quantisation; Jacob et al. 2018, section 2.1).
struct QuantisedRows: Sendable {
    let rows, inputs: Int
    /// The instruction set that the bytes are laid out for.
    let code: ck_instructions
    private let bytes: AlignedBytes
    private let scalesOffset, zerosOffset: Int

    /// Quantises x [..., I], for products with `instructions`.
    init(_ x: Tensor, for instructions: Instructions = .best) {
        (rows, inputs) = x.matrixShape
        let (rows, inputs) = (rows, inputs)
        code = instructions.code
        scalesOffset = ck_int8_rows_size(code, rows, inputs)
        zerosOffset = scalesOffset + 4 * rows
        bytes = AlignedBytes(count: zerosOffset + 4 * rows)
        x.withPointer {
            ck_int8_quantise(
                code, $0, inputs, rows, inputs, bytes.values(of: UInt8.self),
                bytes.values(of: Float.self, at: scalesOffset), bytes.values(of: Int32.self, at: zerosOffset))
        }
    }

    /// The scale of each row [N].
    var scales: [Float] {
        Array(UnsafeBufferPointer(start: bytes.values(of: Float.self, at: scalesOffset), count: rows))
    }

    /// The byte that stands for 0 in each row [N].
    var zeros: [Int] {
        UnsafeBufferPointer(start: bytes.values(of: Int32.self, at: zerosOffset), count: rows).map(Int.init)
    }

    func withCRows<Result>(_ body: (UnsafePointer<ck_int8_rows>) -> Result) -> Result {
        var cRows = ck_int8_rows(
            rows: rows, bytes: bytes.values(of: UInt8.self), scales: bytes.values(of: Float.self, at: scalesOffset),
            zeros: bytes.values(of: Int32.self, at: zerosOffset))
        return withExtendedLifetime(bytes) { withUnsafePointer(to: &cRows, body) }
    }
}
