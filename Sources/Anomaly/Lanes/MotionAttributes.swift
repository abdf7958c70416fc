package import Base
internal import Foundation

/// Where things are, how large, and how they move, from the boxes of a frame's crops: AI-VAD's velocity attribute, by the
/// video's motion vectors where a crop has them, else as far as one analysed frame a second shows it: from the nearest box
/// of the frame before. Their density is measured by nearest neighbours.
package struct MotionAttributes: Sendable, Codable {
    /// Centre, lower edge, height, velocity to the right and down, in fractions of the picture (a second).
    package static let width = 5
    /// Velocities count more than places: a wrong way is stranger than a step aside.
    private static let velocityWeight: Float = 2
    /// Longest time between frames whose boxes are compared.
    private static let longestStep = 3.0
    /// Farthest that something moves in a second.
    private static let farthest = 0.35

    private var boxes: [Box] = []
    private var seconds = -1e18

    /// Nothing seen yet.
    package init() {}

    /// Attributes [5] of each crop (all looks but the first) of the frame at `seconds`.
    package mutating func take(_ looks: [FrameEncoding.Look], at seconds: Double) -> [[Float]] {
        let crops = looks.dropFirst()
        let step = seconds - self.seconds
        let known = step > 0 && step <= Self.longestStep ? boxes : []
        (boxes, self.seconds) = (crops.map(\.box), seconds)
        return crops.map { crop in
            Self.attributes(crop.box, crop.velocity ?? Self.velocity(of: crop.box, known, step))
        }
    }

    private static func attributes(_ box: Box, _ velocity: Velocity) -> [Float] {
        [
            Float(centre(box).x), Float(box.bottom), Float(box.bottom - box.top),
            velocityWeight * velocity.right, velocityWeight * velocity.down,
        ]
    }

    /// From the nearest of the boxes `known` from `step` seconds before; zero when none is near.
    private static func velocity(of box: Box, _ known: [Box], _ step: Double) -> Velocity {
        let nearest = known.map { (box: $0, distance: distance($0, box)) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= farthest * step else { return .zero }
        return Velocity(
            right: Float((centre(box).x - centre(nearest.box).x) / step),
            down: Float((centre(box).y - centre(nearest.box).y) / step))
    }

    private static func centre(_ box: Box) -> (x: Double, y: Double) {
        ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    }

    private static func distance(_ a: Box, _ b: Box) -> Double {
        hypot(centre(a).x - centre(b).x, centre(a).y - centre(b).y)
    }
}
