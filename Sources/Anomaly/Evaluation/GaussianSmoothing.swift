internal import Foundation

/// A Gaussian filter over a whole clip, as published frame scores are smoothed. It looks ahead: for evaluation only.
package enum GaussianSmoothing {
    /// `sigma` in frames; ends mirrored with the outermost value repeated, kernel cut at four sigma.
    package static func apply(_ values: [Double], sigma: Double) -> [Double] {
        precondition(sigma > 0, "sigma \(sigma)")
        guard !values.isEmpty else { return [] }
        let radius = Int(4 * sigma + 0.5)
        let taps = (-radius...radius).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
        let total = taps.reduce(0, +)
        return values.indices.map { index in
            taps.enumerated().reduce(0) { sum, tap in
                sum + tap.element / total * values[mirrored(index + tap.offset - radius, values.count)]
            }
        }
    }

    private static func mirrored(_ index: Int, _ count: Int) -> Int {
        let period = 2 * count
        let inside = (index % period + period) % period
        return inside < count ? inside : period - 1 - inside
    }
}
