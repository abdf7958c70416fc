import Base
import Store
import TestSupport
import Testing

@Suite("Standing queries", .tags(.integration), .timeLimit(.minutes(5)))
struct StandingQueryTests {
    @Test("a query comes back as it was added, and a second one of its name is refused")
    func roundTrip() async throws {
        let (store, _) = try await makeStore()
        let query = StandingQuery(
            name: "climbing", text: "it's a \"person\" climbing; DROP TABLE",
            cameras: [try camera(), try camera("a-b.c")],
            zone: "fence", active: "22:00-06:00", alarmCeilingPerDay: 0.5, isEnabled: false, origin: .command)
        #expect(try await store.addQuery(query))
        #expect(try await store.standingQueries() == [query])
        #expect(try await !store.addQuery(StandingQuery(name: "climbing", text: "other", origin: .command)))
        #expect(try await store.standingQueries() == [query])
        await store.close()
    }

    @Test("the file's queries are replaced as a whole and change only there; a name taken by command is reported")
    func fileQueries() async throws {
        let (store, _) = try await makeStore()
        _ = try await store.addQuery(StandingQuery(name: "mine", text: "a car", origin: .command))
        let refused = try await store.replaceFileQueries([
            StandingQuery(name: "mine", text: "a bus", origin: .file),
            StandingQuery(name: "theirs", text: "a bus", origin: .file),
        ])
        #expect(refused == ["mine"])
        #expect(try await store.standingQueries().map(\.text) == ["a car", "a bus"])
        #expect(try await !store.setQuery("theirs", enabled: false))
        #expect(try await !store.removeQuery("theirs"))
        #expect(try await store.replaceFileQueries([]) == [])
        #expect(try await store.standingQueries().map(\.name) == ["mine"])
        await store.close()
    }

    @Test("a query is watched on the cameras it names, on all when it names none, and not while it is off")
    func watched() async throws {
        let (store, _) = try await makeStore()
        let gate = try camera()
        _ = try await store.addQuery(StandingQuery(name: "all", text: "a car", origin: .command))
        _ = try await store.addQuery(StandingQuery(name: "one", text: "a car", cameras: [gate], origin: .command))
        #expect(try await store.setQuery("one", enabled: false))
        #expect(try await store.standingQueries().map { $0.isWatched(on: gate) } == [true, false])
        #expect(try await store.setQuery("one", enabled: true))
        let door = try camera("door")
        #expect(try await store.standingQueries().map { $0.isWatched(on: door) } == [true, false])
        #expect(try await store.removeQuery("one"))
        #expect(try await store.standingQueries().map(\.name) == ["all"])
        await store.close()
    }

    @Test(
        "a text that is blank or too long is refused by the database",
        arguments: ["", " \n\t", String(repeating: "a", count: 2000)])
    func text(_ text: String) async throws {
        let (store, _) = try await makeStore()
        let error = await storeError {
            _ = try await store.addQuery(StandingQuery(name: "q", text: text, origin: .command))
        }
        guard case .constraint = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await store.close()
    }
}
