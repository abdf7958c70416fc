import Base
import Foundation

/// The first generator: slow Gaussian regimes. The scene turns with the sun, the weather and, over weeks, by itself;
/// things come by as a Poisson process that follows the hour and the weekday, from a few kinds, with some kinds rare.
struct RegimeCamera: SiteCamera {
    static let width = 32

    private struct Passer {
        let look: [Float]
        let start: Double
        let end: Double
        let from: Double
        let to: Double
        let y: Double
        let height: Double
    }

    private var random: SeededRandom
    private let dayScene: [Float]
    private let nightScene: [Float]
    private let rain: [Float]
    private let drift: [Float]
    private let kinds: [[Float]]
    private let rare: [Float]
    private let busy: Double
    private var weather = 0.0
    private var light = [Float](repeating: 0, count: width)
    private var passers: [Passer] = []
    private var nextPasser = 0.0
    private var nextRare: Double
    private var gap: (start: Double, end: Double)
    private var previous = 0.0

    init(seed: UInt64, number: Int) {
        random = SeededRandom(seed &* 1_000_003 &+ UInt64(number))
        dayScene = VectorSum.unit(random.vector(Self.width, length: 1))
        nightScene = VectorSum.unit(VectorSum.add(dayScene, random.vector(Self.width, length: 0.8)))
        rain = random.vector(Self.width, length: 0.25)
        drift = random.vector(Self.width, length: 0.3)
        var made: [[Float]] = []
        for _ in 0..<4 { made.append(VectorSum.unit(random.vector(Self.width, length: 1))) }
        kinds = made
        rare = VectorSum.unit(random.vector(Self.width, length: 1))
        busy = 10 + 50 * random.unit()  // passers an hour at the busiest
        nextRare = random.exponential(5 * 86_400)
        let first = random.exponential(30_000)
        gap = (first, first + 20 + random.exponential(200))
    }

    mutating func looks(at seconds: Double) -> (looks: [FrameEncoding.Look], chroma: Double)? {
        let step = seconds - previous
        previous = seconds
        if seconds >= gap.end {
            let start = seconds + random.exponential(30_000)
            gap = (start, start + 20 + random.exponential(200))
        }
        let hour = (seconds / 3600).truncatingRemainder(dividingBy: 24)
        let isNight = hour < 6 || hour >= 20
        weather += -weather * step / 20_000 + random.normal() * (2 * step / 20_000).squareRoot()
        light = light.map { $0 * Float(exp(-step / 60)) }
        light = VectorSum.add(light, random.vector(Self.width, length: 0.06 * (1 - exp(-step / 30)).squareRoot()))
        arrive(until: seconds, hour)
        if seconds >= gap.start && seconds < gap.end { return nil }
        var scene = isNight ? nightScene : dayScene
        scene = VectorSum.add(scene, rain, Float(max(0, weather - 0.5)))
        scene = VectorSum.add(scene, drift, Float(seconds / (30 * 86_400)))
        scene = VectorSum.add(VectorSum.add(scene, light), random.vector(Self.width, length: 0.04))
        var looks = [FrameEncoding.Look(box: .whole, values: VectorSum.unit(scene))]
        passers.removeAll { $0.end < seconds }
        for passer in passers.prefix(3) where passer.start <= seconds { looks.append(look(passer, seconds)) }
        return (looks, isNight ? 0.5 : 25)
    }

    mutating func typicalLook() -> [Float] { kinds[Int(random.next() % UInt64(kinds.count))] }

    private mutating func look(_ passer: Passer, _ seconds: Double) -> FrameEncoding.Look {
        let share = (seconds - passer.start) / (passer.end - passer.start)
        let x = passer.from + (passer.to - passer.from) * share
        let half = passer.height / 4
        let noise = random.vector(Self.width, length: 0.08)
        return .init(
            box: Box(left: x - half, top: passer.y - passer.height, right: x + half, bottom: passer.y),
            values: VectorSum.unit(VectorSum.add(passer.look, noise)))
    }

    private mutating func arrive(until seconds: Double, _ hour: Double) {
        if seconds >= nextRare {
            passers.append(passer(of: rare, at: seconds))
            nextRare = seconds + random.exponential(5 * 86_400)
        }
        guard seconds >= nextPasser else { return }
        if nextPasser > 0 {
            let kind = kinds[min(Int(random.exponential(1.2)), kinds.count - 1)]
            passers.append(passer(of: kind, at: seconds))
        }
        let weekday = Int(seconds / 86_400) % 7
        let rush = exp(-pow((hour - 8) / 1.5, 2)) + exp(-pow((hour - 17) / 2, 2))
        let day = (hour > 6 && hour < 22 ? 0.3 : 0.02) + rush
        nextPasser = seconds + random.exponential(3600 / (busy * day * (weekday >= 5 ? 0.4 : 1)))
    }

    private mutating func passer(of kind: [Float], at seconds: Double) -> Passer {
        let own = random.vector(Self.width, length: 0.12 * exp(0.3 * random.normal()))
        let isLeft = random.unit() < 0.5
        return Passer(
            look: VectorSum.add(kind, own), start: seconds, end: seconds + 6 + random.exponential(15),
            from: isLeft ? 0.05 : 0.95, to: isLeft ? 0.95 : 0.05, y: 0.7 + 0.05 * random.normal(),
            height: 0.2 * exp(0.15 * random.normal()))
    }
}
