/// A vector in 8-bit integers with one scale: component ≈ integer × scale, the largest one exactly ±127 × scale.
///
/// The error of a component is at most half a scale. For a vector of length 1 and dimension D ≥ 256 that is an angle of
/// about half a degree, a tenth of what separates two frames of the same scene.
package struct QuantizedVector: Sendable, Equatable {
    /// What one step of the integers is worth.
    package let scale: Float
    /// The integers [D], −127…127.
    package let values: [Int8]

    /// Rounds `vector`; nil when it holds a value that is not finite, or one beyond what 16-bit floats hold.
    package init?(_ vector: [Float]) {
        var largest: Float = 0
        for value in vector {
            guard value.isFinite else { return nil }
            largest = max(largest, abs(value))
        }
        guard largest <= 65_504 else { return nil }
        let scale = largest / 127
        guard scale > 0, (1 / scale).isFinite else {
            self.scale = 0
            values = [Int8](repeating: 0, count: vector.count)
            return
        }
        let inverse = 1 / scale
        self.scale = scale
        values = vector.map { Int8(max(-127, min(127, ($0 * inverse).rounded()))) }
    }

    /// A vector as it was stored.
    init(scale: Float, values: [Int8]) {
        self.scale = scale
        self.values = values
    }

    /// The vector [D].
    package var vector: [Float] { values.map { Float($0) * scale } }

    /// Square of the distance to `other`, which has the same D.
    func squaredDistance(to other: QuantizedVector) -> Float {
        var sum: Float = 0
        for (a, b) in zip(values, other.values) {
            let difference = Float(a) * scale - Float(b) * other.scale
            sum += difference * difference
        }
        return sum
    }
}
