import Anomaly
import Base

/// A camera of the simulated site. Generators differ in everything but this.
protocol SiteCamera: Sendable {
    /// Width of its encodings.
    static var width: Int { get }
    /// Starts with everything about it drawn from `seed`.
    init(seed: UInt64, number: Int)
    /// The looks at `seconds` of simulated time, and the picture's chroma; nil while it is not connected. Times rise.
    mutating func looks(at seconds: Double) -> (looks: [FrameEncoding.Look], chroma: Double)?
    /// A look that is normal here: what an incident is measured from.
    mutating func typicalLook() -> [Float]
}

/// Something that an injected incident is.
struct SiteIncident: Sendable {
    /// Cosine distance of its look from a look that is normal for the camera.
    enum Effect: String, Sendable, CaseIterable {
        case small, medium, large

        var distance: Float {
            switch self {
            case .small: 0.1
            case .medium: 0.25
            case .large: 0.5
            }
        }
    }

    let start: Double
    let end: Double
    let effect: Effect
    let look: [Float]
    let path: (x: Double, y: Double, height: Double)

    /// A look at `effect.distance` from `typical`, in a random direction.
    static func look(_ effect: Effect, from typical: [Float], _ random: inout SeededRandom) -> [Float] {
        let direction = random.vector(typical.count, length: 1)
        let across = VectorSum.unit(VectorSum.add(direction, typical, -VectorSum.dot(direction, typical)))
        let cosine = 1 - effect.distance
        let sine = (1 - cosine * cosine).squareRoot()
        return VectorSum.add(typical.map { $0 * cosine }, across, sine)
    }
}
