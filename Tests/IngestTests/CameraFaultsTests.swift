import Base
import Ingest
import Testing

/// Rendered pictures, one a second: what must be noticed, and beside it what must not.
@Suite("Camera faults", .timeLimit(.minutes(5)))
struct CameraFaultsTests {
    private typealias Look = RenderedScene.Look

    private static let seeds: [UInt64] = [1, 2, 3]
    private static let start = WallTime(microseconds: 1_750_000_000_000_000)

    private struct Seen: Equatable, CustomStringConvertible {
        let began: Bool
        let reason: Event.BlindReason
        /// Seconds from the start.
        let at: Double
        /// When it was told.
        let told: Int
        var description: String { "\(reason) \(began ? "began" : "ended") at \(at), told at \(told)" }
    }

    /// What is told of `seconds` seconds of a camera; `look` gives each second's, nil repeats the last picture.
    private func watch(_ seed: UInt64, _ seconds: Int, _ look: (Int) -> Look?) -> [Seen] {
        let scene = RenderedScene(seed: seed)
        var random = SplitMix64(seed: seed &* 77)
        var faults = CameraFaults()
        var picture = scene.picture(Look(), random: &random)
        return (0..<seconds).flatMap { second -> [Seen] in
            if let look = look(second) { picture = scene.picture(look, random: &random) }
            return faults.observe(picture, at: Self.start.advanced(bySeconds: Double(second))).map { change in
                switch change {
                case .began(let reason, let time):
                    Seen(began: true, reason: reason, at: time.seconds(since: Self.start), told: second)
                case .ended(let reason, let time):
                    Seen(began: false, reason: reason, at: time.seconds(since: Self.start), told: second)
                }
            }
        }
    }

    /// Expects one fault from 100 to 160, told in time.
    private func expectFault(_ seen: [Seen], _ reason: Event.BlindReason, toldAfter: Int) {
        #expect(seen.map(\.reason) == [reason, reason] && seen.map(\.began) == [true, false], "\(seen)")
        guard seen.count == 2 else { return }
        #expect(abs(seen[0].at - 100) <= 1 && abs(seen[1].at - 160) <= 1, "\(seen)")
        #expect(seen[0].told <= 100 + toldAfter && seen[1].told <= 166, "\(seen)")
    }

    // MARK: - what must be noticed

    @Test("frozen: frames come, the picture stays", arguments: seeds)
    func frozen(seed: UInt64) {
        let seen = watch(seed, 220) { (101...159).contains($0) ? nil : Look() }
        expectFault(seen, .frozen, toldAfter: 31)
    }

    @Test("covered by a hand, by paint, or dark", arguments: seeds, [3.0, 40, 200])
    func covered(seed: UInt64, level: Double) {
        let seen = watch(seed, 220) { Look(noise: 3, cover: (100..<160).contains($0) ? level : nil) }
        expectFault(seen, .covered, toldAfter: 6)
    }

    @Test("covered from the first picture on", arguments: seeds)
    func coveredFromTheStart(seed: UInt64) {
        let seen = watch(seed, 30) { _ in Look(cover: 60) }
        #expect(seen == [Seen(began: true, reason: .covered, at: 0, told: 5)])
    }

    @Test("out of focus", arguments: seeds, [3, 5])
    func defocused(seed: UInt64, blur: Int) {
        let seen = watch(seed, 220) { Look(blur: (100..<160).contains($0) ? blur : 0) }
        expectFault(seen, .defocused, toldAfter: 21)
    }

    @Test("turned away", arguments: seeds, [60, 110])
    func moved(seed: UInt64, shift: Int) {
        let seen = watch(seed, 220) { Look(shift: (100..<160).contains($0) ? shift : 0) }
        expectFault(seen, .moved, toldAfter: 16)
    }

    @Test("a new view that stays is taken for the camera's own", arguments: seeds)
    func accepted(seed: UInt64) {
        let seen = watch(seed, 900) { Look(shift: $0 < 100 ? 0 : 60) }
        #expect(seen.map(\.reason) == [.moved, .moved] && seen.map(\.began) == [true, false], "\(seen)")
        #expect(seen.last?.at == 700)
    }

    // MARK: - what must not

    @Test("an empty room is not frozen: its noise differs", arguments: seeds, [1.0, 4])
    func emptyRoom(seed: UInt64, noise: Double) {
        #expect(watch(seed, 300) { _ in Look(noise: noise) }.isEmpty)
    }

    @Test("a short standstill is not frozen", arguments: seeds)
    func shortStandstill(seed: UInt64) {
        #expect(watch(seed, 200) { $0 % 20 == 0 ? Look() : nil }.isEmpty)
    }

    @Test("night is neither covered nor blurred nor moved", arguments: seeds)
    func night(seed: UInt64) {
        let seen = watch(seed, 400) { second in
            let light = max(0.25, min(1, 1 - Double(second - 100) / 120))
            return Look(
                light: light, noise: 2 + 3 * (1 - light), lamps: light < 0.4 ? [(60, 30, 6), (250, 40, 6)] : [])
        }
        #expect(seen.isEmpty, "\(seen)")
    }

    @Test("fog is neither covered nor blurred nor moved", arguments: seeds)
    func fog(seed: UInt64) {
        let seen = watch(seed, 400) { Look(clarity: max(0.2, min(1, 1 - Double($0 - 100) / 200))) }
        #expect(seen.isEmpty, "\(seen)")
    }

    @Test("headlights that pass are nothing", arguments: seeds)
    func headlights(seed: UInt64) {
        let seen = watch(seed, 300) { second in
            let phase = second % 20
            let lamps: [(x: Int, y: Int, radius: Int)] =
                phase < 8 ? [(40 * phase, 120, 45), (40 * phase + 60, 120, 45)] : []
            return Look(light: 0.4, lamps: second > 90 ? lamps : [])
        }
        #expect(seen.isEmpty, "\(seen)")
    }

    @Test("a lorry that stops in front for ten seconds is nothing", arguments: seeds)
    func lorry(seed: UInt64) {
        let seen = watch(seed, 200) { Look(lorry: (100..<110).contains($0) ? 280 : 0) }
        #expect(seen.isEmpty, "\(seen)")
    }

    @Test("a camera that shakes a little in the wind is not moved", arguments: seeds)
    func wind(seed: UInt64) {
        let seen = watch(seed, 200) { Look(shift: 20 + ($0 * 7) % 5) }
        #expect(seen.isEmpty, "\(seen)")
    }

    @Test("pictures of any size and times that stand still are taken", arguments: [(1, 1), (3, 200), (13, 11)])
    func anySize(width: Int, height: Int) {
        var faults = CameraFaults()
        let picture = Picture(width: width, height: height, pixels: [UInt8](repeating: 9, count: width * height * 3))
        for second in [0.0, 0, 1, 2, 1, 100] {
            _ = faults.observe(picture, at: Self.start.advanced(bySeconds: second))
        }
        #expect(faults.active.allSatisfy { $0 == .covered })
    }
}
