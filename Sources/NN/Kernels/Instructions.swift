internal import CKernels

/// The instruction sets that the product kernels are written for. All give the same integers; a processor's best one is
/// found when the program runs.
package enum Instructions: String, Sendable, CaseIterable {
    /// What every processor has.
    case portable
    case avx2
    /// AVX2 with dot products of bytes (AVX-VNNI): what small recent processors have.
    case avxVNNI
    /// With the dot products of bytes of AVX512-VNNI.
    case avx512
    /// With a matrix unit for bytes, and for floats that may be rounded to bfloat16 (AMX).
    case amx

    /// Whether this processor has them.
    package var isSupported: Bool { ck_supports(code) != 0 }

    /// What the layers use here.
    package static var best: Instructions {
        let code = ck_best_instructions()
        return allCases.first { $0.code == code } ?? .portable
    }

    /// What computes in 32-bit floats throughout.
    package static var bestForFloats: Instructions { best == .amx ? .avx512 : best }

    var code: ck_instructions {
        switch self {
        case .portable: CK_PORTABLE
        case .avx2: CK_AVX2
        case .avxVNNI: CK_AVX_VNNI
        case .avx512: CK_AVX512
        case .amx: CK_AMX
        }
    }

    /// x [N, I], weight [O, I] → the integer sums [N, O] of their bytes, and what the bytes mean. For tests.
    package func product(
        _ x: Tensor, _ weight: Tensor
    ) -> (sums: [Int], scales: [Float], zeros: [Int], weightScales: [Float]) {
        precondition(isSupported, "\(self) on a processor without it")
        let (rows, weights) = (QuantisedRows(x, for: self), QuantisedWeights(weight, bias: nil))
        var sums = [Int32](repeating: -1, count: rows.rows * weights.outputs)
        weights.withCWeights { weights in
            rows.withCRows { ck_int8_product(code, $0, weights, &sums) }
        }
        return (sums.map(Int.init), rows.scales, rows.zeros, weights.scales)
    }
}
