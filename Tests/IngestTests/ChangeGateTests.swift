import Base
import Ingest
import Testing

@Suite("Change gate", .timeLimit(.minutes(5)))
struct ChangeGateTests {
    private static let start = WallTime(microseconds: 1_750_000_000_000_000)

    /// What the gate decides about `seconds` pictures, one a second; a person of 10 × 24 pixels stands where `person` says.
    private func decide(
        _ seconds: Int, noise: Double = 2, settings: GateSettings = GateSettings(),
        isMasked: @escaping @Sendable (Double, Double) -> Bool = { _, _ in false },
        person: (Int) -> (x: Int, y: Int)? = { _ in nil }, light: (Int) -> Double = { _ in 1 }
    ) -> [ChangeGate.Decision] {
        let scene = RenderedScene(seed: 5)
        var random = SplitMix64(seed: 9)
        var gate = ChangeGate(settings, isMasked: isMasked)
        return (0..<seconds).map { second in
            let picture = scene.picture(.init(light: light(second), noise: noise), random: &random)
            let time = Self.start.advanced(bySeconds: Double(second))
            return gate.decide(person(second).map { Self.paint($0, on: picture) } ?? picture, at: time)
        }
    }

    private static func paint(_ place: (x: Int, y: Int), on picture: Picture) -> Picture {
        var pixels = picture.pixels
        for y in place.y..<place.y + 24 {
            for x in place.x..<place.x + 10 {
                for channel in 0..<3 { pixels[(y * picture.width + x) * 3 + channel] = x % 2 == 0 ? 255 : 0 }
            }
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    private func reason(_ decision: ChangeGate.Decision) -> ChangeGate.Reason? {
        if case .encode(let reason, _) = decision { reason } else { nil }
    }

    @Test("noise alone is not encoded again but for the refresh", arguments: [0.0, 1, 3, 6])
    func noise(level: Double) {
        let reasons = decide(91, noise: level).map(reason)
        for (second, reason) in reasons.enumerated() {
            #expect(reason == (second == 0 ? .first : second % 30 == 0 ? .refresh : nil), "second \(second)")
        }
    }

    @Test("a person who appears and who goes is encoded, with where", arguments: [1.0, 3, 5])
    func person(noise: Double) throws {
        let decisions = decide(29, noise: noise, person: { (10..<14).contains($0) ? (100, 60) : nil })
        #expect(decisions.indices.filter { reason(decisions[$0]) == .changed } == [10, 14])
        for second in [10, 14] {
            guard case .encode(_, let regions) = decisions[second] else { continue }
            let box = try #require(regions.first)
            #expect(regions.count == 1 && box.left <= 100.0 / 320 && box.right >= 110.0 / 320)
            #expect(box.top <= 60.0 / 180 && box.bottom >= 84.0 / 180 && box.right - box.left <= 48.0 / 320)
        }
        #expect(decisions[12] == .reuse(Self.start.advanced(bySeconds: 10)))
    }

    @Test("a person who walks on is encoded each time he has moved on")
    func walking() {
        let decisions = decide(25, person: { $0 >= 5 && $0 < 25 ? (20 + 12 * ($0 - 5), 90) : nil })
        #expect(decisions[5...].allSatisfy { reason($0) == .changed })
    }

    @Test("a clock in the picture does not count once it is known to change all the time; a person elsewhere does")
    func clock() {
        let reasons = decide(
            60,
            person: { second in
                if (40..<44).contains(second) { return (200, 90) }
                return second % 2 == 0 ? nil : (100, 60)
            }
        ).map(reason)
        #expect(reasons[1..<12].allSatisfy { $0 == .changed })
        #expect(reasons[20..<40].allSatisfy { $0 != .changed } && reasons[46...].allSatisfy { $0 != .changed })
        #expect(reasons[40] == .changed && reasons[44] == .changed)
    }

    @Test("slow change adds up against the last encoding")
    func slow() {
        let decisions = decide(29, noise: 1, light: { 1 - 0.004 * Double($0) })
        #expect(decisions.dropFirst().contains { reason($0) == .changed })
        #expect(decisions.contains { reason($0) == nil })
    }

    @Test("what happens under the mask never counts")
    func masked() {
        let person: (Int) -> (x: Int, y: Int)? = { $0 % 2 == 0 ? nil : (100, 60) }
        let masked = decide(29, isMasked: { x, _ in x > 0.25 && x < 0.5 }, person: person)
        #expect(masked.dropFirst().allSatisfy { reason($0) == nil })
        let elsewhere = decide(29, isMasked: { x, _ in x > 0.5 }, person: person)
        #expect(elsewhere.contains { reason($0) == .changed })
        let everything = decide(29, isMasked: { _, _ in true }, person: person)
        #expect(everything.dropFirst().allSatisfy { reason($0) == nil })
    }

    @Test("another size, a reset and a clock set back begin anew", arguments: [(1, 1), (17, 3), (640, 16)])
    func anew(width: Int, height: Int) {
        func picture(_ level: UInt8, _ width: Int) -> Picture {
            Picture(width: width, height: height, pixels: [UInt8](repeating: level, count: width * height * 3))
        }
        let later = Self.start.advanced(bySeconds: 5)
        var gate = ChangeGate()
        var decisions = [(10, width), (10, width + 1), (10, width + 1)].map { level, width in
            gate.decide(picture(level, width), at: Self.start)
        }
        gate.reset()
        decisions += [(10, later), (10, Self.start), (200, later)].map { level, time in
            gate.decide(picture(level, width + 1), at: time)
        }
        #expect(decisions[0] == .encode(.first, regions: []) && decisions[1] == .encode(.first, regions: []))
        #expect(decisions[2] == .reuse(Self.start))
        #expect(decisions[3] == .encode(.first, regions: []))
        #expect(reason(decisions[4]) == .refresh && reason(decisions[5]) == .changed)
    }
}
