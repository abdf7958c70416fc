import NN
import Testing

/// The fused attention kernel against its definition, for every instruction set, across its blocks of queries and keys.
@Suite("fused attention")
struct AttentionKernelTests {
    struct Size: CustomTestStringConvertible {
        let sequences, queries, keys, heads, width: Int
        var testDescription: String { "\(sequences)·\(queries)·\(keys), \(heads) heads of \(width)" }
    }

    static let sizes = [
        Size(sequences: 1, queries: 1, keys: 1, heads: 1, width: 1),
        Size(sequences: 2, queries: 5, keys: 5, heads: 3, width: 7),
        Size(sequences: 1, queries: 33, keys: 33, heads: 2, width: 64),
        Size(sequences: 3, queries: 50, keys: 50, heads: 2, width: 32),
        Size(sequences: 2, queries: 1, keys: 300, heads: 2, width: 33),
        Size(sequences: 1, queries: 70, keys: 600, heads: 1, width: 20),
        Size(sequences: 1, queries: 290, keys: 290, heads: 1, width: 9),
    ]

    private func attend(
        _ size: Size, _ q: Tensor, _ k: Tensor, _ v: Tensor, isCausal: Bool, _ instructions: Instructions
    ) -> Tensor {
        let width = size.heads * size.width
        let attention = FusedAttention(
            sequences: size.sequences, queries: size.queries, keys: size.keys, heads: size.heads,
            keyHeads: size.heads, headWidth: size.width, isCausal: isCausal,
            instructions: instructions)
        return Tensor(shape: q.shape) { out in
            q.withValues { q in
                k.withValues { k in
                    v.withValues { v in
                        guard let q = q.baseAddress, let k = k.baseAddress, let v = v.baseAddress,
                            let out = out.baseAddress
                        else { return }
                        attention.apply(
                            q: .init(q, stride: width), k: .init(k, stride: width), v: .init(v, stride: width), to: out,
                            stride: width, scale: 1 / Float(size.width).squareRoot())
                    }
                }
            }
        }
    }

    private func reference(
        _ size: Size, _ q: [[Float]], _ k: [[Float]], _ v: [[Float]], isCausal: Bool
    ) -> [[Double]] {
        (0..<size.sequences).flatMap { sequence in
            let keys = sequence * size.keys..<(sequence + 1) * size.keys
            let queries = sequence * size.queries..<(sequence + 1) * size.queries
            return ReferenceKernels.attention(
                queries: q[queries].map { $0.map(Double.init) }, keys: k[keys].map { $0.map(Double.init) },
                values: v[keys].map { $0.map(Double.init) }, heads: size.heads, isCausal: isCausal)
        }
    }

    @Test("equals its definition", arguments: sizes, [false, true])
    func definition(size: Size, isCausal: Bool) {
        var random = RandomNumbers(seed: UInt64(size.keys))
        let width = size.heads * size.width
        let q = random.rows(size.sequences * size.queries, width, range: 4)
        let k = random.rows(size.sequences * size.keys, width, range: 2)
        let v = random.rows(size.sequences * size.keys, width)
        let expected = reference(size, q, k, v, isCausal: isCausal)
        for instructions in Instructions.allCases where instructions.isSupported {
            let found = attend(
                size, Tensor(rows: q), Tensor(rows: k), Tensor(rows: v), isCausal: isCausal, instructions)
            if instructions == .amx {
                let scale = 1 / Float(size.width).squareRoot()
                let rounded = reference(
                    size, q.map { $0.map { Self.bfloat($0 * scale) / scale } }, k.map { $0.map(Self.bfloat) },
                    v.map { $0.map(Self.bfloat) }, isCausal: isCausal)
                // Left: weights of at most 1, rounded by 2⁻⁹ of themselves, and sums that do not see it.
                expectClose(found.rowArrays, rounded, 1.0 / 256, "\(instructions)")
            } else {
                expectClose(found.rowArrays, expected, 2e-5, "\(instructions)")
            }
        }
    }

    /// The nearest number of 8 significant bits, ties to even.
    private static func bfloat(_ x: Float) -> Float {
        let bits = x.bitPattern
        return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }

    @Test("a token does not feel what comes after it")
    func causality() {
        let size = Size(sequences: 1, queries: 300, keys: 300, heads: 1, width: 8)
        var random = RandomNumbers(seed: 5)
        let q = Tensor(rows: random.rows(300, 8))
        var (k, v) = (Tensor(rows: random.rows(300, 8)), Tensor(rows: random.rows(300, 8)))
        let before = attend(size, q, k, v, isCausal: true, .bestForFloats).rowArrays
        for i in 200 * 8..<300 * 8 {
            k.withMutableValues { $0[i] = 50 }
            v.withMutableValues { $0[i] = 1000 }
        }
        let after = attend(size, q, k, v, isCausal: true, .bestForFloats).rowArrays
        #expect(before.prefix(200) == after.prefix(200))
        #expect(before[200...] != after[200...])
    }

    @Test("scores that rise from block to block, and huge ones, stay finite and right")
    func risingScores() {
        let size = Size(sequences: 1, queries: 2, keys: 520, heads: 1, width: 1)
        let q: [[Float]] = [[1], [-1]]
        let k = (0..<520).map { [Float($0)] }
        let v = (0..<520).map { [Float($0 % 7)] }
        let found = attend(
            size, Tensor(rows: q), Tensor(rows: k), Tensor(rows: v), isCausal: false, .bestForFloats
        ).rowArrays
        expectClose(found, reference(size, q, k, v, isCausal: false), 1e-5, "rising")
        let huge = attend(
            size, Tensor(rows: [[1e19], [-1e19]]), Tensor(rows: k.map { [$0[0] * 1e15] }), Tensor(rows: v),
            isCausal: false, .bestForFloats)
        #expect(huge.values[0] == Float(519 % 7) && abs(huge.values[1]) < 1e-30)
    }

    @Test("NaN in a query poisons its own row")
    func notANumber() {
        let size = Size(sequences: 1, queries: 2, keys: 3, heads: 1, width: 2)
        let rows = Tensor(rows: [[1, 2], [3, 4], [5, 6]])
        let found = attend(
            size, Tensor(rows: [[.nan, 1], [1, 1]]), rows, rows, isCausal: false, .bestForFloats
        ).rowArrays
        #expect(found[0].allSatisfy { $0.isNaN } && found[1].allSatisfy { $0.isFinite })
    }
}
