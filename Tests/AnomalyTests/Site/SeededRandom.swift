import Foundation

/// Reproducible random numbers (SplitMix64: Steele, Lea & Flood, 2014).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Uniform in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Standard normal (Box–Muller).
    mutating func normal() -> Double {
        (-2 * log(max(unit(), 1e-300))).squareRoot() * cos(2 * .pi * unit())
    }

    /// Exponential of mean `mean`.
    mutating func exponential(_ mean: Double) -> Double { -mean * log(max(unit(), 1e-300)) }

    /// A normal vector of expected length `length`.
    mutating func vector(_ count: Int, length: Double) -> [Float] {
        let scale = Float(length / Double(count).squareRoot())
        var values = [Float](repeating: 0, count: count)
        var index = 0
        while index < count {
            // Both halves of a Box–Muller pair.
            let radius = Float((-2 * log(max(unit(), 1e-300))).squareRoot())
            let angle = Float(2 * Double.pi * unit())
            values[index] = scale * radius * cosf(angle)
            if index + 1 < count { values[index + 1] = scale * radius * sinf(angle) }
            index += 2
        }
        return values
    }
}

/// Sums of vectors, as the generators need them.
enum VectorSum {
    static func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / max(length, 1e-9) }
    }

    static func add(_ a: [Float], _ b: [Float], _ weight: Float = 1) -> [Float] {
        var sum = a
        for d in sum.indices { sum[d] += weight * b[d] }
        return sum
    }

    static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
