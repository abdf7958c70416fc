internal import Glibc

/// Resizing as the definitions read, one value at a time in double precision: what ``Interpolation`` is tested against.
/// Nothing in the product calls it.
package enum ReferenceInterpolation {
    /// line [T] → [count].
    package static func resized(_ line: [Float], count: Int, _ interpolation: Interpolation) -> [Double] {
        let scale = Double(line.count) / Double(count)
        let value = { (place: Int) in Double(line[min(max(place, 0), line.count - 1)]) }
        return (0..<count).map { place in
            let centre = (Double(place) + 0.5) * scale
            switch interpolation {
            case .nearest: return value(Int(Double(place) * scale))
            case .linear: return between(max(0, centre - 0.5), value)
            case .linearAligned:
                return between(count > 1 ? Double(place) * Double(line.count - 1) / Double(count - 1) : 0, value)
            case .cubic:
                let start = floor(centre - 0.5)
                return (-1...2).reduce(0) { sum, step in
                    sum + value(Int(start) + step) * cubic(abs(centre - 0.5 - start - Double(step)), a: -0.75)
                }
            case .linearAntialiased: return filtered(line, centre, scale, reach: 1) { max(0, 1 - abs($0)) }
            case .cubicAntialiased: return filtered(line, centre, scale, reach: 2) { cubic(abs($0), a: -0.5) }
            }
        }
    }

    private static func between(_ position: Double, _ value: (Int) -> Double) -> Double {
        let part = position - floor(position)
        return value(Int(position)) * (1 - part) + value(Int(position) + 1) * part
    }

    /// The mean of all values in reach of `centre`, weighted by a filter that is widened when shrinking.
    private static func filtered(
        _ line: [Float], _ centre: Double, _ scale: Double, reach: Double, _ filter: (Double) -> Double
    ) -> Double {
        let widening = max(scale, 1)
        var (sum, total) = (0.0, 0.0)
        for (place, value) in line.enumerated() where abs(Double(place) + 0.5 - centre) < reach * widening {
            let weight = filter((Double(place) + 0.5 - centre) / widening)
            sum += weight * Double(value)
            total += weight
        }
        return sum / total
    }

    private static func cubic(_ x: Double, a: Double) -> Double {
        if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
        return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
    }
}
