/// SplitMix64 (Steele, Lea and Flood 2014) as a stream of numbers by place, for weights that no file holds.
struct SplitMix {
    let seed: UInt64

    /// Number j is offset + scale · (2 u − 1), u in 0…1 from the j-th state.
    func values(_ count: Int, offset: Double, scale: Double) -> [Float] {
        (0..<count).map { index in
            var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            let u = Double(z >> 11) * 0x1p-53
            return Float(offset + scale * (2 * u - 1))
        }
    }
}
