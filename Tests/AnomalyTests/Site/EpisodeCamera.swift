import Base
import Foundation

/// The second generator, sharing nothing with the first but its outside: episodes with heavy tails. The scene jumps
/// between the states of a Markov chain, its noise is Student's t; things come in groups that draw others (a Hawkes
/// process) from a curved manifold; connections are lost in bursts; nights are not infrared everywhere.
struct EpisodeCamera: SiteCamera {
    static let width = 32

    private struct Walker {
        let latent: (Double, Double, Double)
        let start: Double
        let end: Double
        let lane: Int
        let speed: Double
    }

    private var random: SeededRandom
    private let states: [[Float]]
    private let axes: [[Float]]
    private let centre: [Float]
    private let isInfraredAtNight: Bool
    private let base: Double
    private var state = 0
    private var until = 0.0
    private var walkers: [Walker] = []
    private var excitement = 0.0
    private var lostUntil = -1.0
    private var isBurst = false
    private var previous = 0.0
    private var aging = 0.0

    init(seed: UInt64, number: Int) {
        random = SeededRandom(seed &* 7_368_787 &+ UInt64(number) &* 104_729)
        let root = random.vector(Self.width, length: 1)
        var (states, axes) = ([[Float]](), [[Float]]())
        for _ in 0..<5 { states.append(VectorSum.add(root, random.vector(Self.width, length: 0.5))) }
        for _ in 0..<6 { axes.append(random.vector(Self.width, length: 0.35)) }
        (self.states, self.axes) = (states, axes)
        centre = random.vector(Self.width, length: 1)
        isInfraredAtNight = random.unit() < 0.7
        base = (5 + 20 * random.unit()) / 3600
    }

    mutating func looks(at seconds: Double) -> (looks: [FrameEncoding.Look], chroma: Double)? {
        let step = min(seconds - previous, 10)
        previous = seconds
        let hour = Int(seconds / 3600) % 24
        let isNight = hour < 7 || hour >= 21
        if seconds >= until {
            state = isNight ? 4 : Int(random.next() % 4)
            until = seconds + 600 + random.exponential(5400)
        }
        aging += step / (40 * 86_400)
        excite(step, seconds, hour)
        if isLost(step, seconds) { return nil }
        var scene = states[isNight ? 4 : state]
        scene = VectorSum.add(scene, axes[5], Float(aging))
        scene = VectorSum.add(scene, random.vector(Self.width, length: 0.04), Float(heavy()))
        var looks = [FrameEncoding.Look(box: .whole, values: VectorSum.unit(scene))]
        walkers.removeAll { $0.end < seconds }
        for walker in walkers.prefix(4) { looks.append(look(walker, seconds)) }
        return (looks, isNight && isInfraredAtNight ? 0.2 : 18 + 2 * random.normal())
    }

    mutating func typicalLook() -> [Float] {
        VectorSum.unit(point((random.unit(), random.unit(), random.unit())))
    }

    /// A scale factor whose square root of inverse chi-square makes Student's t with 5 degrees of freedom.
    private mutating func heavy() -> Double {
        var chi = 0.0
        for _ in 0..<5 {
            let z = random.normal()
            chi += z * z
        }
        return (5 / max(chi, 0.05)).squareRoot()
    }

    private mutating func excite(_ step: Double, _ seconds: Double, _ hour: Int) {
        let isWeekend = Int(seconds / 86_400) % 7 >= 5
        let profile = (8..<20).contains(hour) ? (isWeekend ? 0.5 : 1) : 0.05
        excitement *= exp(-step / 120)
        guard random.unit() < (base * profile + excitement) * step else { return }
        excitement = min(excitement + 0.004, 0.03)
        walkers.append(
            Walker(
                latent: (random.unit(), random.unit(), random.unit()), start: seconds,
                end: seconds + 5 + random.exponential(12), lane: Int(random.next() % 3),
                speed: 0.04 * exp(0.3 * random.normal())))
    }

    private mutating func isLost(_ step: Double, _ seconds: Double) -> Bool {
        if seconds < lostUntil { return true }
        // Bursts of losses about once in two days.
        if random.unit() < step / (isBurst ? 1800 : 172_800) {
            isBurst = random.unit() < 0.8
            lostUntil = seconds + 5 + random.exponential(90)
        }
        return false
    }

    private func point(_ latent: (Double, Double, Double)) -> [Float] {
        var sum = centre
        sum = VectorSum.add(sum, axes[0], Float(2 * latent.0 - 1))
        sum = VectorSum.add(sum, axes[1], Float(2 * latent.1 - 1))
        sum = VectorSum.add(sum, axes[2], Float(sin(3 * latent.0)))
        sum = VectorSum.add(sum, axes[3], Float(cos(3 * latent.2)))
        return VectorSum.add(sum, axes[4], Float(latent.1 * latent.2))
    }

    private mutating func look(_ walker: Walker, _ seconds: Double) -> FrameEncoding.Look {
        let x = 0.05 + walker.speed * (seconds - walker.start)
        let bottom = 0.5 + 0.15 * Double(walker.lane)
        let noise = random.vector(Self.width, length: 0.05)
        let values = VectorSum.add(point(walker.latent), noise, Float(heavy()))
        return .init(
            box: Box(left: x, top: bottom - 0.2, right: x + 0.08, bottom: bottom), values: VectorSum.unit(values))
    }
}
