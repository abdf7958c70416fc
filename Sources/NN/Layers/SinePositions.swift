internal import Glibc

// Letters: N positions · D width · P frequencies of a direction.

/// Fixed positions made of sines and cosines (Vaswani et al. 2017, section 3.5).
public enum SinePositions {
    /// How the sines and cosines of a position lie beside each other.
    public enum Order: Sendable {
        /// sin, cos, sin, cos, … (Vaswani et al.).
        case alternating
        /// All sines, then all cosines (tensor2tensor; MAE's `pos_embed.py`).
        case halves
    }

    /// positions [N] → [N, D]: value 2j is sin(p · base^(−2j / D)), value 2j + 1 its cosine, or with ``Order/halves`` at j and
    /// D / 2 + j. D is even.
    public static func table(
        positions: [Double], width: Int, base: Double = 10_000, order: Order = .alternating
    ) -> Tensor {
        precondition(width > 0 && width % 2 == 0, "sine positions of width \(width)")
        let half = width / 2
        return Tensor(shape: [positions.count, width]) { result in
            for (row, position) in positions.enumerated() {
                for j in 0..<half {
                    let angle = position * pow(base, -2 * Double(j) / Double(width))
                    let (sine, cosine) = order == .halves ? (j, half + j) : (2 * j, 2 * j + 1)
                    result[row * width + sine] = Float(sin(angle))
                    result[row * width + cosine] = Float(cos(angle))
                }
            }
        }
    }

    /// A grid of `rows` × `columns` places in reading order → [rows · columns, D]: half of the values for the column, half for
    /// the row, in this order (He et al. 2022, `get_2d_sincos_pos_embed`). D is a multiple of 4.
    public static func grid(rows: Int, columns: Int, width: Int) -> Tensor {
        precondition(width > 0 && width % 4 == 0, "sine positions of width \(width) in two directions")
        let half = width / 2
        let across = table(positions: (0..<columns).map(Double.init), width: half, order: .halves).values
        let down = table(positions: (0..<rows).map(Double.init), width: half, order: .halves).values
        return Tensor(shape: [rows * columns, width]) { result in
            for place in 0..<rows * columns {
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                for j in 0..<half {
                    result[place * width + j] = across[column * half + j]
                    result[place * width + half + j] = down[row * half + j]
                }
            }
        }
    }
}
