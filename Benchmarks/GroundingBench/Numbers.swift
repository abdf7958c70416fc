/// The same numbers as the peers' scripts draw: SplitMix64 (Steele, Lea and Flood 2014).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next number in 0…1.
    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    mutating func floats(_ count: Int, scale: Double) -> [Float] {
        (0..<count).map { _ in Float(scale * (2 * next() - 1)) }
    }

    /// A similarity curve of `count` frames: events on a noisy floor.
    static func curve(_ count: Int) -> [Float] {
        var (numbers, value) = (Numbers(seed: UInt64(count)), 0.0)
        return (0..<count).map { frame in
            value = 0.9 * value + 0.1 * (numbers.next() - 0.5)
            return Float((frame % 97 < 23 ? 0.42 : 0.22) + value)
        }
    }
}
