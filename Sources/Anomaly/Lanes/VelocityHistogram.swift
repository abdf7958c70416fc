internal import Foundation

/// How an object moves: magnitudes of its pixels' motion by direction (AI-VAD: Reiss & Hoshen, "An attribute-based
/// method for video anomaly detection", re-implemented from the description).
package enum VelocityHistogram {
    /// `flow` holds one displacement (right, down) a pixel. Bin b covers angles `[b, b + 1) · 360°/bins`, measured from
    /// "right" towards "down"; its value is the sum of |right| + |down| of its pixels over the number of *all* pixels.
    package static func bins(_ flow: [(right: Double, down: Double)], count: Int) -> [Double] {
        precondition(count > 0, "\(count) bins")
        var sums = [Double](repeating: 0, count: count)
        for motion in flow {
            let angle = atan2(motion.down, motion.right) * 180 / .pi
            let turned = angle < 0 ? angle + 360 : angle
            sums[min(Int(turned / 360 * Double(count)), count - 1)] += abs(motion.right) + abs(motion.down)
        }
        return flow.isEmpty ? sums : sums.map { $0 / Double(flow.count) }
    }
}
