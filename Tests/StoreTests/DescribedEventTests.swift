import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("descriptions as search sees them", .tags(.integration), .timeLimit(.minutes(10)))
struct DescribedEventTests {
    private static let encoder: [UInt8] = [1, 2, 3]

    private func tell(
        _ store: EventStore, _ words: String, at start: Double, camera name: String = "gate",
        by origin: String = "a-model"
    ) async throws -> Int64 {
        let event = try event(start, start + 10, query: "q\(Int(start))", camera: name)
        let write = EventWrite(
            event: event, description: words, descriptionOrigin: origin, idempotencyKey: "\(name)/\(start)")
        return try #require(try await store.record([write]).first?.id)
    }

    @Test("words are counted by their stems, a misspelt one by its letters; camera and time are filtered")
    func words() async throws {
        let (store, _) = try await makeStore()
        let both = try [camera("gate"), camera("door")]
        let courier = try await tell(store, "A courier leaves two yellow parcels", at: 0, by: "template")
        let dog = try await tell(store, "A dog runs", at: 100, camera: "door")
        func found(
            _ sentence: String, _ cameras: [CameraID], since: WallTime? = nil, until: WallTime? = nil
        ) async throws -> [DescribedEvent] {
            try await store.described(like: sentence, cameras: cameras, since: since, until: until, encoder: nil)
        }
        let all = try await found("couriers leaving a yellow parcel", both)
        // The newest first.
        #expect(all.map(\.id) == [dog, courier] && all.map(\.words) == [0, 1])
        #expect(all.map(\.isByModel) == [true, false] && all.map(\.camera.name) == ["door", "gate"])
        let misspelt = try #require(try await found("a curier with a yelow parcel", both).last)
        #expect(misspelt.words > 0.7 && misspelt.words < 1)
        #expect(try await found("of the and", both).map(\.words) == [0, 0])
        #expect(try await found("'' | \\ & ! :* \0 'x", both).count == 2)
        #expect(try await found("a dog", [camera("gate")]).map(\.id) == [courier])
        #expect(try await found("a dog", []).isEmpty)
        #expect(try await found("a dog", both, since: moment(50)).map(\.id) == [dog])
        #expect(try await found("a dog", both, until: moment(50)).map(\.id) == [courier])
        #expect(try await found("a dog", both, since: moment(50), until: moment(60)).isEmpty)
        await store.close()
    }

    @Test("what is encoded is told once, comes back with its event, and is out of date when the words change")
    func encodings() async throws {
        let (store, url) = try await makeStore()
        let server = try TemporaryPostgres.server()
        let id = try await tell(store, "A courier", at: 0)
        _ = try await tell(store, "Unlike what was shown", at: 50)
        try server.psql(
            "UPDATE alertd.event SET description = NULL, description_origin = NULL WHERE id <> \(id)", on: url)
        let texts = try await store.descriptionsToEncode(by: Self.encoder, limit: 10)
        #expect(texts.map(\.id) == [id] && texts.map(\.description) == ["A courier"])
        let vector: [Float] = [0.6, -0.8, 0]
        try await store.keep([(texts[0], vector)], by: Self.encoder)
        #expect(try await store.descriptionsToEncode(by: Self.encoder, limit: 10).isEmpty)
        #expect(try await store.descriptionsToEncode(by: [9], limit: 10).count == 1)
        func stored(_ encoder: [UInt8]) async throws -> [Float]? {
            try await store.described(
                like: "x", cameras: [camera()], since: nil, until: nil, encoder: encoder
            ).first?.encoding
        }
        let found = try #require(try await stored(Self.encoder))
        #expect(zip(found, vector).allSatisfy { abs($0 - $1) < 0.005 } && found.count == 3)
        #expect(try await stored([9]) == nil)
        // Kept anew over the old one; what is not finite is left out.
        try await store.keep([(texts[0], [1, 0, 0]), (texts[0], [.nan, 0, 0])], by: Self.encoder)
        #expect(try await stored(Self.encoder)?.first == 1)
        try server.psql("UPDATE alertd.event SET description = 'A dog' WHERE id = \(id)", on: url)
        #expect(try await stored(Self.encoder) == nil)
        #expect(try await store.descriptionsToEncode(by: Self.encoder, limit: 10).map(\.description) == ["A dog"])
        // Of a text that is no longer said nothing is kept.
        try await store.keep([(texts[0], vector)], by: Self.encoder)
        #expect(try await stored(Self.encoder) == nil)
        // Erased with its event.
        try await store.keep(
            [(try await store.descriptionsToEncode(by: Self.encoder, limit: 1)[0], vector)], by: Self.encoder)
        _ = try await store.erase(camera: camera(), during: TimeSpan(start: moment(-1), end: moment(20)))
        #expect(try server.psql("SELECT count(*) FROM alertd.description_encoding", on: url) == "0\n")
        await store.close()
    }

    @Test("the events that overlap spans best are found at once, and events by their numbers")
    func overlap() async throws {
        let (store, _) = try await makeStore()
        let outcomes = try await store.record([
            write(try event(0, 10, query: "a"), key: "1"), write(try event(8, 40, query: "b"), key: "2"),
            write(try event(0, 10, query: "a", camera: "door"), key: "3"),
        ])
        let ids = outcomes.map(\.id)
        func span(_ start: Double, _ end: Double) -> TimeSpan { TimeSpan(start: moment(start), end: moment(end)) }
        let gate = try camera()
        let found = try await store.events(overlapping: [
            (gate, span(1, 9)), (gate, span(100, 110)), (gate, span(9, 30)), (try camera("door"), span(5, 50)),
            (gate, span(10, 12)),
        ])
        #expect(found.map { $0?.id } == [ids[0], nil, ids[1], ids[2], ids[1]])
        #expect(try await store.events(overlapping: []).isEmpty)
        let numbered = try await store.events(numbered: [ids[2], 999_999, ids[0]])
        #expect(numbered.keys.sorted() == [ids[0], ids[2]].sorted())
        await store.close()
    }
}
