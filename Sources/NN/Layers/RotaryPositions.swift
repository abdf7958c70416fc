internal import Glibc

// Letters: N tokens · H heads · K width of a head.

/// Rotary positions (Su et al. 2021, "RoFormer"): value i and value i + K / 2 of a head turn together by an angle that grows
/// with the token's position.
public struct RotaryPositions: Sendable {
    /// Cosine and sine of each token's K / 2 angles.
    private let cosines, sines: [Float]
    private let half: Int

    /// Angles [N][K / 2] in radians.
    public init(angles: [[Double]]) {
        let half = angles.first?.count ?? 0
        precondition(angles.allSatisfy { $0.count == half }, "angles of different counts")
        self.half = half
        cosines = angles.flatMap { $0.map { Float(cos($0)) } }
        sines = angles.flatMap { $0.map { Float(sin($0)) } }
    }

    /// One direction: angle j of position p is p · frequency j. `frequencies` are K / 2 of them.
    public init(positions: Range<Int>, frequencies: [Double]) {
        self.init(angles: positions.map { position in frequencies.map { Double(position) * $0 } })
    }

    /// The K / 2 frequencies of a head: base^(−2j / K).
    public static func frequencies(headWidth: Int, base: Double) -> [Double] {
        stride(from: 0, to: headWidth, by: 2).map { pow(base, -Double($0) / Double(headWidth)) }
    }

    /// Turns every head of x [N, H·K] in place.
    public func apply(to x: inout Tensor) {
        let (rows, width) = x.matrixShape
        precondition(
            half > 0 && rows * half == cosines.count && width % (2 * half) == 0, "\(x.shape) by \(half) angles")
        x.withMutableValues { values in
            for row in 0..<rows {
                for head in 0..<width / (2 * half) {
                    let (low, high) = (row * width + head * 2 * half, row * width + head * 2 * half + half)
                    for j in 0..<half {
                        let (first, second) = (values[low + j], values[high + j])
                        let (cosine, sine) = (cosines[row * half + j], sines[row * half + j])
                        values[low + j] = first * cosine - second * sine
                        values[high + j] = second * cosine + first * sine
                    }
                }
            }
        }
    }
}
