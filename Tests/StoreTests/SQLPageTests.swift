import Base
import Foundation
import Store
import TestSupport
import Testing

/// `docs/ref/sql.md` is run as it stands, and five of its answers are worked out here once more, without SQL.
@Suite("The page about SQL", .tags(.integration), .serialized, .timeLimit(.minutes(10)))
struct SQLPageTests {
    /// The database with all events, made once.
    private actor Shared {
        static let shared = Shared()
        private var made: (data: Surveillance, reader: String)?

        func database() async throws -> (data: Surveillance, reader: String) {
            if let made { return made }
            let (store, url) = try await makeStore()
            let data = try Surveillance()
            try await data.store(in: store)
            await store.close()
            let server = try TemporaryPostgres.server()
            let role = "sql_reader"
            try server.psql(
                "CREATE ROLE \(role) LOGIN IN ROLE alertd_ro; SELECT alertd.grant_camera('*', '\(role)'); ANALYZE",
                on: url)
            let result = (data, url.replacing("alertd@", with: role + "@"))
            made = result
            return result
        }
    }

    /// The queries of the page by the number in their heading.
    private static func queries() throws -> [Int: String] {
        let page = try String(contentsOf: Fixtures.root.appending(path: "docs/ref/sql.md"), encoding: .utf8)
        var found: [Int: String] = [:]
        for match in page.matches(of: /\n### (\d+)\. [^\n]*\n[^`]*```sql\n([^`]*)```/) {
            found[try #require(Int(match.1))] = String(match.2)
        }
        return found
    }

    /// The rows of query `number`, its columns as `columns` writes them.
    private func ask(_ number: Int, _ columns: String, _ reader: String) throws -> [[String]] {
        let query = try #require(try Self.queries()[number]).replacing(";\n", with: "")
        return try TemporaryPostgres.server().psql("SELECT \(columns) FROM (\(query)) AS page", on: reader)
            .split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test("every query answers a reader, and there are twenty")
    func all() async throws {
        let (data, reader) = try await Shared.shared.database()
        #expect(data.items.count > 300)
        let server = try TemporaryPostgres.server()
        #expect(try server.psql("SELECT count(*) FROM alertd.v_events", on: reader) == "\(data.items.count)\n")
        let queries = try Self.queries()
        #expect(queries.keys.sorted() == Array(1...20))
        for (number, query) in queries.sorted(by: { $0.key < $1.key }) {
            let answer = try server.psql(query, on: reader)
            #expect(!answer.isEmpty, "query \(number) found nothing")
        }
    }

    @Test("3: which cameras saw something at the same time, counted pair by pair")
    func overlaps() async throws {
        let (data, reader) = try await Shared.shared.database()
        let border = Surveillance.monday.advanced(bySeconds: 3 * 86_400)
        let early = data.items.filter { $0.start < border }.sorted { $0.start < $1.start }
        var counts: [String: (Int, Int64)] = [:]
        for (index, first) in early.enumerated() {
            for second in early[(index + 1)...] {
                if second.start >= first.end { break }
                if first.camera == second.camera { continue }
                let together = min(first.end, second.end).microseconds - second.start.microseconds
                let pair = [first.camera, second.camera].sorted().joined(separator: "|")
                counts[pair, default: (0, 0)].0 += 1
                counts[pair, default: (0, 0)].1 += together
            }
        }
        let expected = counts.map { "\($0.key)|\($0.value.0)|\($0.value.1)" }.sorted()
        let answer = try ask(3, "camera, other, times, (extract(epoch FROM together) * 1000000)::bigint", reader)
        #expect(answer.map { $0.joined(separator: "|") }.sorted() == expected)
        #expect(!expected.isEmpty)
    }

    @Test("4: the hours of the week")
    func heatMap() async throws {
        let (data, reader) = try await Shared.shared.database()
        var counts: [String: Int] = [:]
        for item in data.items {
            let hours = Int(item.start.seconds(since: Surveillance.monday) / 3600)
            counts["\(hours / 24 % 7 + 1)|\(hours % 24)", default: 0] += 1
        }
        let answer = try ask(4, "*", reader)
        #expect(Set(answer.map { $0.joined(separator: "|") }) == Set(counts.map { "\($0.key)|\($0.value)" }))
    }

    @Test("6: the longest gap of each camera")
    func longestGap() async throws {
        let (data, reader) = try await Shared.shared.database()
        let week = TimeSpan(start: Surveillance.monday, end: Surveillance.monday.advanced(bySeconds: 7 * 86_400))
        var expected: [String] = []
        for camera in Surveillance.cameras.sorted() {
            var (free, longest) = (week.start, Int64(0))
            for span in (data.watched[camera] ?? []) where span.start < week.end {
                longest = max(longest, span.start.microseconds - free.microseconds)
                free = span.end
            }
            longest = max(longest, week.end.microseconds - free.microseconds)
            expected.append("\(camera)|\(longest)|not_running")
        }
        let answer = try ask(6, "camera, (extract(epoch FROM lasted) * 1000000)::bigint, reason", reader)
        #expect(answer.map { $0.joined(separator: "|") } == expected)
    }

    @Test("8: how long events last")
    func meanTimeToClose() async throws {
        let (data, reader) = try await Shared.shared.database()
        let answer = try ask(8, "query, events, extract(epoch FROM mean), extract(epoch FROM median)", reader)
        let groups = Dictionary(grouping: data.items, by: \.query)
        #expect(answer.count == groups.count)
        for row in answer {
            let lengths = try #require(groups[row[0]]).map { $0.end.seconds(since: $0.start) }.sorted()
            let middle = (lengths[lengths.count / 2] + lengths[(lengths.count - 1) / 2]) / 2
            #expect(Int(row[1]) == lengths.count)
            #expect(abs(try #require(Double(row[2])) - lengths.reduce(0, +) / Double(lengths.count)) < 1e-4)
            #expect(abs(try #require(Double(row[3])) - middle) < 1e-4)
        }
    }

    @Test("10: what followed what")
    func followed() async throws {
        let (data, reader) = try await Shared.shared.database()
        var counts: [String: Int] = [:]
        for (_, items) in Dictionary(grouping: data.items, by: \.camera) {
            let sorted = items.sorted { $0.start < $1.start }
            for first in items {
                let limit = first.end.advanced(bySeconds: 120)
                // The first that starts at or after the end, by bisection.
                var (low, high) = (0, sorted.count)
                while low < high {
                    let middle = (low + high) / 2
                    if sorted[middle].start < first.end { low = middle + 1 } else { high = middle }
                }
                for second in sorted[low...] {
                    if second.start > limit { break }
                    if second.query != first.query { counts["\(first.query)|\(second.query)", default: 0] += 1 }
                }
            }
        }
        let answer = try ask(10, "*", reader).map { $0.joined(separator: "|") }
        #expect(Set(answer) == Set(counts.map { "\($0.key)|\($0.value)" }))
        #expect(answer.count == counts.count && counts.count > 2)
    }
}
