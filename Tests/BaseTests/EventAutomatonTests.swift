import Base
import Foundation
import TestSupport
import Testing

/// `anomaly/events.json` of the golden vectors.
private struct Golden: Decodable {
    struct Parameters: Decodable {
        let on: Double
        let off: Double
        let minOn: Double
        let hold: Double
        let maxGap: Double
        let cooldown: Double
        let maxDur: Double
    }
    struct Event: Decodable, Equatable {
        let start: Double
        let openedAt: Double
        let peak: Double
        let peakT: Double
        let merged: Int
        let end: Double
        let closedAt: Double
        let reason: String
    }
    struct Case: Decodable {
        let t: [Double]
        let s: [Double]
        let params: Parameters
        let events: [Event]
    }
    let cases: [Case]
}

@Suite("Event automaton")
struct EventAutomatonTests {
    @Test("makes the golden events", .tags(.parity), arguments: goldenFiles())
    func golden(file: URL) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let golden = try decoder.decode(Golden.self, from: Data(contentsOf: file))
        #expect(!golden.cases.isEmpty)
        for (index, example) in golden.cases.enumerated() {
            #expect(events(of: example) == example.events, "case \(index) of \(file.lastPathComponent)")
        }
    }

    private func events(of example: Golden.Case) -> [Golden.Event] {
        let p = example.params
        var automaton = EventAutomaton(
            .init(
                on: p.on, off: p.off, minimumOn: p.minOn, hold: p.hold, maximumGap: p.maxGap, cooldown: p.cooldown,
                maximumDuration: p.maxDur))
        var events: [Golden.Event] = []
        var changes: [EventAutomaton.Change] = []
        for (t, s) in zip(example.t, example.s) { changes += automaton.advance(time(t), s) }
        changes += automaton.finish()
        for change in changes {
            switch change {
            case .closed(let event, let reason, let at): events.append(row(event, reason, at))
            case .reopened: events.removeLast()
            case .opened, .extended: break
            }
        }
        return events
    }

    private func row(
        _ event: EventAutomaton.Interval, _ reason: EventAutomaton.CloseReason, _ at: WallTime
    ) -> Golden.Event {
        Golden.Event(
            start: seconds(event.start), openedAt: seconds(event.openedAt), peak: event.peak,
            peakT: seconds(event.peakTime), merged: event.merged, end: seconds(event.last),
            closedAt: seconds(at), reason: reason.rawValue)
    }

    private func time(_ seconds: Double) -> WallTime { WallTime(microseconds: Int64((seconds * 1e6).rounded())) }
    private func seconds(_ time: WallTime) -> Double { Double(time.microseconds) / 1e6 }

    private static func goldenFiles() -> [URL] {
        [Fixtures.folder.appending(path: "vectors"), Fixtures.vectors].compactMap(\.self)
            .map { $0.appending(path: "anomaly/events.json") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
    }
}
