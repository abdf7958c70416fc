import Base
import Grounding
import Pipeline
import Testing

/// What a live camera tells in the end against what the whole curve says, with gaps, reconnects and a varying frame rate.
@Suite("live and offline")
struct LiveOfflineTests {
    private static let constants = GroundingConstants.unfitted
    private static let zero = WallTime(microseconds: 1_800_000_000_000_000)

    /// SplitMix64.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// Times about a second apart with pauses between runs, and a curve of plateaus with noise.
    private static func recording(_ seed: Int) -> (times: [WallTime], curve: [Float], runs: [Int]) {
        var numbers = Numbers(state: UInt64(seed))
        var (times, curve, runs) = ([WallTime](), [Float](), [Int]())
        var (seconds, isOn, left) = (0.0, false, 10.0)
        while times.count < 600 {
            let step = Double.random(in: 0.7...1.3, using: &numbers)
            let isPause = Int.random(in: 0..<120, using: &numbers) == 0 && !times.isEmpty
            if isPause { runs.append(times.count) }
            seconds += isPause ? Double.random(in: 15...90, using: &numbers) : step
            left -= step
            if left <= 0 {
                isOn.toggle()
                left = Double.random(in: isOn ? 2...40 : 8...60, using: &numbers)
            }
            times.append(zero.advanced(bySeconds: seconds))
            curve.append(Float.random(in: isOn ? 0.55...0.95 : 0...0.35, using: &numbers))
        }
        return (times, curve, runs)
    }

    @Test("a live camera tells the spans of the whole recording, to within one clip", arguments: 0..<40)
    func equality(seed: Int) throws {
        let (times, curve, runs) = Self.recording(seed)
        let camera = try #require(CameraID("gate"))
        var assembler = EventAssembler(
            camera: camera, clock: .arrival, period: 1, queries: [Query("q")], constants: Self.constants,
            detail: .everything)
        var told: [EventTelling] = []
        for (index, time) in times.enumerated() {
            if runs.contains(index), seed % 2 == 0 { told += assembler.interrupt() }
            let saliency = Saliency(value: curve[index], box: .whole)
            told += assembler.advance(ScoredFrame(time: time, saliency: [saliency], anomaly: nil))
        }
        let last = try #require(times.last)
        told += assembler.finish(at: last)
        // The last word on each event, by its first evidence.
        var live: [WallTime: Event] = [:]
        for telling in told { live[telling.firstEvidence] = telling.event }
        let spans = live.sorted { $0.key < $1.key }.map(\.value.during)
        let whole = RecordedSpans(Self.constants, period: 1).spans(
            of: curve, at: times, limits: TimeSpan(start: times[0], end: last))
        #expect(spans.count == whole.count, "\(spans.count) live, \(whole.count) in the whole")
        #expect(whole.count > 3)
        for (ours, theirs) in zip(spans, whole) {
            #expect(abs(ours.start.seconds(since: theirs.start)) <= 2, "\(ours) live, \(theirs) in the whole")
            #expect(abs(ours.end.seconds(since: theirs.end)) <= 2, "\(ours) live, \(theirs) in the whole")
        }
        for telling in told where telling.event.during.end > telling.event.during.start {
            let isAcross = runs.contains {
                telling.event.during.start < times[$0 - 1] && times[$0] < telling.event.during.end
            }
            #expect(!isAcross, "an event bridges a pause")
        }
    }
}
