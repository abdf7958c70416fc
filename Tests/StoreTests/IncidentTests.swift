import Base
import Store
import TestSupport
import Testing

@Suite("Incidents and descriptions", .tags(.integration), .timeLimit(.minutes(5)))
struct IncidentTests {
    /// Islands as a person would find them: sorted spans, joined while the next begins within the gap.
    private func islands(_ spans: [(Double, Double)], gap: Double) -> [[Double]] {
        var found: [[Double]] = []
        for (start, end) in spans.sorted(by: { $0.0 < $1.0 }) {
            if let last = found.last, start <= last[1] + gap {
                found[found.count - 1] = [last[0], max(last[1], end), last[2] + 1]
            } else {
                found.append([start, end, 1])
            }
        }
        return found
    }

    private func read(_ sql: String, _ url: String) throws -> [[Double]] {
        let columns =
            "extract(epoch FROM lower(during)) - 1777636800, extract(epoch FROM upper(during)) - 1777636800, events"
        return try TemporaryPostgres.server().psql("SELECT \(columns) FROM \(sql)", on: url).split(separator: "\n")
            .map { line in line.split(separator: "|").compactMap { Double($0) } }
    }

    @Test("incidents are the islands of all cameras' events, in the view and in any window")
    func random() async throws {
        let (store, url) = try await makeStore()
        var generator = SplitMix(seed: 11)
        var spans: [(Double, Double)] = []
        var writes: [EventWrite] = []
        for index in 0..<300 {
            let start = Double(generator.next() % 30_000)
            let end = start + Double(1 + generator.next() % (index % 20 == 0 ? 900 : 60))
            spans.append((start, end))
            // Sources of their own, so that nothing is merged.
            writes.append(write(try event(start, end, query: "q\(index)", camera: "c\(index % 5)"), key: "\(index)"))
        }
        try await store.record(writes)
        let blind = Event(
            camera: try camera(), source: .blind(reason: .noStream),
            during: TimeSpan(start: moment(0), end: moment(30_000)),
            startError: 0, endError: 0, isOpen: false, score: 1, anomalyScore: nil, box: nil, clock: .arrival)
        try await store.record([write(blind, key: "blind")])
        let expected = islands(spans, gap: 30)
        #expect(expected.count > 40)
        #expect(try read("alertd.v_incidents ORDER BY 1", url) == expected)
        let wider = "SET alertd.join_gap = '2 minutes';"
        let joined = try TemporaryPostgres.server().psql(wider + "SELECT count(*) FROM alertd.v_incidents", on: url)
        #expect(joined == "\(islands(spans, gap: 120).count)\n")
        for _ in 0..<60 {
            let from = Double(generator.next() % 31_000)
            let to = from + Double(generator.next() % 2000)
            let inside = expected.filter { $0[0] < to && $0[1] > from }
            let window = "to_timestamp(1777636800 + \(from)), to_timestamp(1777636800 + \(to))"
            #expect(try read("alertd.incidents_between(\(window))", url) == inside)
        }
        await store.close()
    }

    @Test("words are found in any form, phrases in order, misspelt ones last, within the limit")
    func search() async throws {
        let (store, url) = try await makeStore()
        let texts = [
            "A man climbs over the fence and runs away.", "Two dogs are running along the fence.",
            "A delivery van stops at the gate.", "Nothing but rain.",
        ]
        for (index, text) in texts.enumerated() {
            try await store.record([
                write(event(Double(index) * 100, Double(index) * 100 + 1), key: "\(index)", words: text)
            ])
        }
        func search(_ text: String, _ limit: Int = 10) throws -> [String] {
            let escaped = text.replacing("'", with: "''")
            let sql = "SELECT description FROM alertd.search_descriptions('\(escaped)', \(limit))"
            return try TemporaryPostgres.server().psql(sql, on: url).split(separator: "\n").map(String.init)
        }
        #expect(try Set(search("run fence")) == [texts[0], texts[1]])
        #expect(try search("\"man climbs\"") == [texts[0]])
        #expect(try search("fence -dogs") == [texts[0]])
        #expect(try Set(search("rain or van")) == [texts[2], texts[3]])
        #expect(try search("delivry") == [texts[2]], "misspelt")
        #expect(try search("run fence", 1).count == 1 && search("fence", 0) == [] && search("fence", -5) == [])
        #expect(try search("") == [] && search("& | ! ( ' \\ %") == [])
        await store.close()
    }

    @Test(
        "whatever is written in a text is stored as text",
        arguments: [
            "'; DROP TABLE alertd.event; --", "\\'; SELECT 1; --", "$$; $1; %s %I {} \\x00", "a\tb\nc\r\u{1}",
            "ünï 漢字 🦊 ‮",
            "\");--", "<script>alert(1)</script>", String(repeating: "x'", count: 900),
        ])
    func injection(text: String) async throws {
        let (store, _) = try await makeStore()
        let hostile = Event(
            camera: try camera(), source: .query(name: text, text: text),
            during: TimeSpan(start: moment(0), end: moment(1)), startError: 0, endError: 0, isOpen: false, score: 1,
            anomalyScore: nil, box: nil, clock: .file)
        try await store.record([
            EventWrite(event: hostile, description: text, descriptionOrigin: text, idempotencyKey: text)
        ])
        let lane = "anomaly:" + text
        let sample = ScoreSample(lane: lane, at: moment(0), value: 1, explanation: text)
        // Once by COPY, once by INSERT.
        #expect(try await store.recordScores([sample], camera: camera()) == 1)
        #expect(try await store.recordScores([sample], camera: camera()) == 0)
        let event = try #require(try await store.listEvents().first)
        #expect(
            event.query == text && event.queryText == text && event.description == text
                && event.descriptionOrigin == text)
        let score = try #require(try await store.listAnomalies().first)
        #expect(score.lane == text && score.explanation == text)
        await store.close()
    }
}

/// Numbers that look random and are the same in every run (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
