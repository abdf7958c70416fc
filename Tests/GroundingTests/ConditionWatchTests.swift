import Base
import Grounding
import Testing

/// The live watch against the matcher on the whole recording.
@Suite("condition watch")
struct ConditionWatchTests {
    private static let zero = WallTime(microseconds: 1_800_000_000_000_000)

    private static func span(_ start: Double, _ end: Double) -> TimeSpan {
        TimeSpan(start: zero.advanced(bySeconds: start), end: zero.advanced(bySeconds: end))
    }

    private static let sentences = [
        "a car stops", "a car stops then a person waves", "a car stops then a person waves within 20 seconds",
        "a car stops while a person waves", "a person falls or a car crashes",
        "a person loiters for more than 15 seconds",
        "a door is open for less than 20 seconds", "a person without a helmet", "nobody is there for 1 minute",
        "a car passes twice within 2 minutes", "a fire burns and no one is there",
        "a car stops for more than 5 seconds, then a person waves, then a dog barks",
    ]

    /// A recording of half a day or less: spans of each scene, and what was watched.
    private struct Recording {
        var scenes: [String: [TimeSpan]] = [:]
        var watched: [TimeSpan] = []

        init(_ condition: Condition, seconds: Int, busy: ClosedRange<Int>, numbers: inout RandomNumbers) {
            var at = 0
            while at < seconds {
                let end = min(seconds, at + Int.random(in: 200...3000, using: &numbers))
                watched.append(span(Double(at), Double(end)))
                at = end + Int.random(in: 20...200, using: &numbers)
            }
            for scene in condition.scenes {
                var spans: [TimeSpan] = []
                for part in watched {
                    var start = part.start.advanced(bySeconds: Double(Int.random(in: busy, using: &numbers)))
                    while start < part.end {
                        let length = Double(Int.random(in: 2...40, using: &numbers))
                        spans.append(TimeSpan(start: start, end: min(part.end, start.advanced(bySeconds: length))))
                        start = start.advanced(bySeconds: length + Double(Int.random(in: busy, using: &numbers)))
                    }
                }
                scenes[scene] = spans
            }
        }
    }

    /// Plays the recording second by second; spans grow and are over two seconds after their end.
    private func closed(_ recording: Recording, _ watch: inout ConditionWatch, step: Double) -> [ConditionMatcher.Match]
    {
        var closed: [ConditionMatcher.Match] = []
        var next: [String: Int] = [:]
        var openStarts = Set<WallTime>()
        for part in recording.watched {
            var now = part.start
            while now < part.end {
                now = min(part.end, now.advanced(bySeconds: step))
                for (scene, spans) in recording.scenes {
                    while let span = spans.dropFirst(next[scene, default: 0]).first, span.start < now {
                        let isOver = now.seconds(since: span.end) >= 2 || now == part.end
                        watch.see(scene, TimeSpan(start: span.start, end: min(span.end, now)), isOver: isOver)
                        if !isOver { break }
                        next[scene, default: 0] += 1
                    }
                }
                let changes = watch.advance(
                    watchedSince: part.start, to: now, settled: now.advanced(bySeconds: -2 - step))
                check(changes, &openStarts)
                closed += changes.compactMap { if case .closed(let match) = $0 { match } else { nil } }
            }
        }
        return closed + watch.finish().compactMap { if case .closed(let match) = $0 { match } else { nil } }
    }

    /// Nothing is opened twice, extended or withdrawn without having been opened.
    private func check(_ changes: [ConditionWatch.Change], _ open: inout Set<WallTime>) {
        for change in changes {
            switch change {
            case .opened(let match): #expect(open.insert(match.during.start).inserted)
            case .extended(let match): #expect(open.contains(match.during.start))
            case .closed(let match): open.remove(match.during.start)
            case .withdrawn(let start): #expect(open.remove(start) != nil)
            }
        }
    }

    @Test("tells in the end what the whole recording holds, with gaps", arguments: sentences, [3...60, 50...2500])
    func equality(text: String, busy: ClosedRange<Int>) throws {
        let condition = try WatchRequest(text).condition
        for seed in 0..<6 {
            var numbers = RandomNumbers(seed: UInt64(seed))
            let recording = Recording(condition, seconds: 20_000, busy: busy, numbers: &numbers)
            var watch = ConditionWatch(condition)
            let live = closed(recording, &watch, step: [1, 0.5, 3][seed % 3])
            let whole = ConditionMatcher().matches(condition, scenes: recording.scenes, watched: recording.watched)
            #expect(live == whole, "\(text), seed \(seed): \(live.count) live, \(whole.count) in the whole")
        }
    }

    @Test("a match is told while it lasts, once")
    func opening() throws {
        var watch = ConditionWatch(try WatchRequest("a person loiters for more than 10 seconds").condition)
        var told: [ConditionWatch.Change] = []
        for second in 1...30 {
            if second <= 20 { watch.see("a person loiters", Self.span(0, Double(second)), isOver: second == 20) }
            told += watch.advance(
                watchedSince: Self.zero, to: Self.span(0, Double(second)).end, settled: Self.span(0, Double(second)).end
            )
        }
        guard case .opened(let match) = try #require(told.first) else {
            Issue.record("\(told)")
            return
        }
        #expect(match.during == Self.span(0, 10))
        #expect(told.count { if case .opened = $0 { true } else { false } } == 1)
        #expect(told.last == .closed(.init(during: Self.span(0, 20), isInterrupted: false)))
    }

    @Test("what something seen later can undo is told only when it is over")
    func patience() throws {
        var watch = ConditionWatch(try WatchRequest("a person without a helmet").condition)
        watch.see("a person", Self.span(0, 5), isOver: false)
        #expect(watch.advance(watchedSince: Self.zero, to: Self.span(0, 5).end, settled: Self.span(0, 5).end).isEmpty)
        watch.see("a person with a helmet", Self.span(6, 9), isOver: true)
        watch.see("a person", Self.span(0, 10), isOver: true)
        #expect(watch.advance(watchedSince: Self.zero, to: Self.span(0, 20).end, settled: Self.span(0, 20).end).isEmpty)
        #expect(watch.finish().isEmpty)
    }
}
