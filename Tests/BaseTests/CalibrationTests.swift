import Base
import Foundation
import Testing

@Suite("Calibration", .timeLimit(.minutes(5)))
struct CalibrationTests {
    /// Reproducible numbers (SplitMix64).
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }

        mutating func exponential() -> Double { -log(Double.random(in: 1e-12..<1, using: &self)) }
    }

    @Test(
        "the Poisson interval is the published one",
        arguments: [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])
    func poisson(count: Int, lower: Double, upper: Double) {
        let interval = PoissonInterval(count: count)
        #expect(abs(interval.lower - lower) < 0.01 && abs(interval.upper - upper) < 0.01)
    }

    @Test("three days without an alarm certify one a day, fewer do not")
    func ruleOfThree() {
        #expect(!AchievedRate(alarms: 0, days: 2.9, ceilingPerDay: 1).isCertifiable)
        let rate = AchievedRate(alarms: 0, days: 3, ceilingPerDay: 1)
        #expect(rate.isCertifiable && rate.isWithinCeiling)
        #expect(!AchievedRate(alarms: 30, days: 10, ceilingPerDay: 1).isWithinCeiling)
        #expect(AchievedRate(alarms: 0, days: 0, ceilingPerDay: 1).perDay == nil)
    }

    @Test("the log counts alarms and time by the day and keeps sixty of them")
    func days() {
        var log = AlarmLog()
        for day in 0..<100 {
            log.watch(86_400, until: Double(day) * 86_400 + 10)
            log.count(1, at: Double(day) * 86_400 + 20)
        }
        log.count(-1, at: 99.5 * 86_400)
        log.count(-1, at: 99.5 * 86_400)
        let rate = log.rate(ceilingPerDay: 1)
        #expect(rate.alarms == 59 && abs(rate.days - 60) < 1e-9)
    }

    @Test("a sketch knows the share of higher scores, and of those never seen by extrapolation")
    func sketch() {
        var random = Random(state: 5)
        var sketch = ScoreSketch(halfLife: 1e9)
        for second in 0..<50_000 { sketch.insert(0.01 * exp(0.2 * random.exponential()), at: Double(second)) }
        // A Pareto tail: P(X ≥ x) = (x / 0.01)^(−5).
        for (score, expected) in [(0.0115, 0.497), (0.02, 0.03125), (0.05, 0.00032), (0.1, 1e-5)] {
            let found = ScoreSketch.exceedance(score, among: [sketch])
            #expect(abs(log10(found) - log10(expected)) < 0.25, "\(score): \(found), expected \(expected)")
        }
        #expect(ScoreSketch.exceedance(0, among: [sketch]) == 1)
        #expect(ScoreSketch.exceedance(0.5, among: []) == 1)
    }

    @Test("where there is mostly nothing to score, a score is rare whatever it is")
    func presence() {
        var sketch = ScoreSketch(halfLife: 1e9)
        for second in 0..<10_000 { sketch.insert(second % 100 == 0 ? 0.02 : 0, at: Double(second)) }
        let found = ScoreSketch.exceedance(0.001, among: [sketch])
        #expect(found > 0.008 && found < 0.012)
    }

    @Test("a sketch forgets by its half-life")
    func forgetting() {
        var sketch = ScoreSketch(halfLife: 1000)
        for second in 0..<2000 { sketch.insert(1, at: Double(second)) }
        for second in 10_000..<12_000 { sketch.insert(0.1, at: Double(second)) }
        #expect(ScoreSketch.exceedance(0.9, among: [sketch]) < 0.01)
    }

    @Test("the grid counts at each level what alarms at that level would have counted", arguments: [1, 2, 3])
    func grid(seed: UInt64) {
        var random = Random(state: seed)
        var grid = ExceedanceGrid(cooldown: 30, halfLife: 1e12)
        var samples: [(seconds: Double, score: Double)] = []
        var level = 0.0
        for step in 0..<5000 {
            level = 0.9 * level + 0.3 * random.exponential()
            samples.append((Double(step) * 4, level))
            grid.insert(level, at: Double(step) * 4, duration: 4)
        }
        for index in 0..<40 {
            let expected = AlarmBudget.declustered(samples, threshold: ExceedanceGrid.level(index), cooldown: 30)
            #expect(abs(grid.count(index) - Double(expected)) < 1e-6, "level \(ExceedanceGrid.level(index))")
        }
        #expect(abs(grid.days - 5000 * 4 / 86_400) < 1e-6)
    }

    @Test("the tail of exponential scores is extrapolated to rates that were never seen")
    func tail() throws {
        var random = Random(state: 8)
        var grid = ExceedanceGrid(cooldown: 1, halfLife: 1e12)
        // 100 independent events a day for ten days, P(score ≥ s) = 10^(1 − s).
        for event in 0..<1000 {
            grid.insert(1 + random.exponential() / log(10), at: Double(event) * 864, duration: 864)
        }
        let tail = try #require(ExceedanceTail(grid))
        #expect(abs(tail.threshold(perDay: 0.1) - 4) < 0.6, "\(tail)")
        #expect(tail.threshold(perDay: 0.01) > tail.threshold(perDay: 1))
    }

    @Test("the threshold keeps independent alarms below the ceiling that the user chose", arguments: [0.5, 2, 20])
    func ceiling(perDay: Double) {
        var random = Random(state: UInt64(perDay * 10))
        var threshold = AlarmThreshold(.init(ceilingPerDay: perDay))
        var (alarms, days, last) = (0, 0.0, -1e9)
        for step in 0..<(40 * 2880) {  // 40 days, every 30 s
            let (seconds, score) = (Double(step) * 30, random.exponential() / Foundation.log(10))
            if score >= threshold.value {
                if seconds - last > 60 {
                    alarms += seconds > 3 * 86_400 ? 1 : 0
                    threshold.countAlarm()
                }
                last = seconds
            }
            if seconds > 3 * 86_400 { days += 30 / 86_400 }
            threshold.take(score, at: seconds, duration: 30)
        }
        let interval = PoissonInterval(count: alarms)
        #expect(interval.lower / days <= perDay, "\(alarms) alarms in \(days) days at \(threshold.value)")
        #expect(threshold.value < 6, "\(threshold.value)")
    }

    @Test(
        "the alarms of any scores are at most what is aimed at and what the threshold rose, in steps",
        arguments: [1, 2, 3] as [UInt64])
    func bounded(seed: UInt64) {
        var random = Random(state: seed)
        var settings = AlarmThreshold.Settings(ceilingPerDay: 2)
        (settings.hastyInterval, settings.interval, settings.top) = (.infinity, .infinity, 1e6)
        var threshold = AlarmThreshold(settings)
        let (start, days) = (threshold.value, 20)
        var alarms = 0
        for minute in 0..<(days * 1440) {
            // Levels that jump from day to day, so that no history says what comes.
            let score = Double((minute / 1440 * 7) % 11) * (0.8 + 0.1 * random.exponential())
            threshold.take(score, at: Double(minute) * 60, duration: 60)
            guard score >= threshold.value else { continue }
            alarms += 1
            threshold.countAlarm()
        }
        let most = settings.aim * 2 * Double(days) + (threshold.value - start) / settings.step
        #expect(Double(alarms) <= most + 1e-6 && alarms > 0, "\(alarms) alarms, at most \(most)")
    }

    @Test("an alarm raises the threshold by a step, a verdict takes that back, and quiet lowers it by the aim")
    func correction() {
        var threshold = AlarmThreshold(.init(ceilingPerDay: 1))
        let start = threshold.value
        threshold.countAlarm()
        #expect(abs(threshold.value - start - 0.5) < 1e-9)
        threshold.forget(alarmAt: 0)
        #expect(abs(threshold.value - start) < 1e-9)
        for hour in 0..<24 { threshold.take(0.1, at: Double(hour) * 3600, duration: 3600) }
        #expect(abs(threshold.value - start + 0.25) < 1e-9)
        for hour in 24..<48 { threshold.take(0.1, at: Double(hour) * 3600, duration: 3600, isInForce: false) }
        #expect(abs(threshold.value - start + 0.25) < 1e-9)
    }

    @Test("a higher ceiling lowers the threshold at once, a lower one raises it")
    func change() {
        var random = Random(state: 3)
        var threshold = AlarmThreshold(.init(ceilingPerDay: 1))
        for step in 0..<(5 * 2880) {
            let score = random.exponential() / log(10)
            if score >= threshold.value { threshold.countAlarm() }
            threshold.take(score, at: Double(step) * 30, duration: 30)
        }
        let middle = threshold.value
        threshold.change(ceilingPerDay: 50)
        #expect(threshold.value < middle)
        threshold.change(ceilingPerDay: 0.1)
        #expect(threshold.value > middle)
    }

    @Test("a cumulative sum finds weak evidence that lasts, and forgets strong evidence that does not")
    func cumulative() {
        var sum = CumulativeSum(baseline: 1, ceiling: 100)
        var value = 0.0
        for second in 0...60 { value = sum.take(1.5, at: Double(second)) }
        #expect(abs(value - 30) < 1e-9)
        for second in 61...100 { value = sum.take(0, at: Double(second)) }
        #expect(value == 0)
        for second in 101...2000 { value = sum.take(9, at: Double(second)) }
        #expect(value == 100)
    }

    @Test("floats are stored whole, and damaged ones refused")
    func packed() throws {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let values = PackedFloats([1, -2.5, 1e-20])
        let data = try encoder.encode([values])
        #expect(try PropertyListDecoder().decode([PackedFloats].self, from: data) == [values])
        for bytes in [Data([1, 2, 3]), Data([0, 0, 0x80, 0x7F])] {
            let wrong = try encoder.encode([bytes])
            #expect(throws: DecodingError.self) { try PropertyListDecoder().decode([PackedFloats].self, from: wrong) }
        }
    }
}
