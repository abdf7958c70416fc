internal import Base

/// What one frame showed, as far as it may be learnt later.
struct Sighting: Sendable, Codable {
    let time: WallTime
    let isInfrared: Bool
    /// The looks' encodings [D], the scene first.
    let looks: [PackedFloats]
    /// Each look's distance to what is normal; infinite ones are stored as −1.
    let distances: [Double]
    /// Motion attributes of the crops.
    let motion: [PackedFloats]
    /// Raw scores by lane; nil where a lane had nothing to say.
    let raw: [Double?]
    /// Gated contrast, 0…1.
    let probability: Double
    /// Smallest p-value.
    var pValue: Double
    /// Whether it was seen while a changed scene became normal.
    var isAbsorbed: Bool

    /// Whether the parts fit a model of `width` after decoding.
    func isWhole(width: Int) -> Bool {
        raw.count == AnomalyLane.allCases.count && looks.count == distances.count && !looks.isEmpty
            && looks.allSatisfy { $0.values.count == width }
            && motion.allSatisfy { $0.values.count == MotionAttributes.width }
    }
}
