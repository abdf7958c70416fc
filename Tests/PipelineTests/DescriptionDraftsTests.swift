import Base
import Foundation
import Logging
import Pipeline
import Store
import TestSupport
import Testing
import VLM

/// Says an answer in parts, and lets a test look around after each.
private struct HaltingNarrator: VideoNarrator {
    let name = "halting"
    let digest = String(repeating: "ab", count: 32)
    let frameLimit = 4
    let parts: [String]
    let failure: ModelError?
    let look: @Sendable () -> Void

    func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration {
        look()
        for part in parts {
            onText(part)
            look()
        }
        if let failure { throw failure }
        return Narration(
            text: parts.joined(), shown: request.frames.map(\.seconds), tokensRead: 50, tokensReused: 0,
            tokensWritten: 30)
    }
}

/// What a reader of the board saw.
private final class SeenDrafts: Sendable {
    let all = Locked<[DescriptionDrafts.Draft]>([])
}

@Suite("Descriptions while they are written", .timeLimit(.minutes(5)))
struct DescriptionDraftsTests {
    private static let parts = [
        #"{"title":"t","descr"#, #"iption":"A person"#, " walks", #" by.","level":0,"people":1,"#,
        #""vehicles":0,"actions":[],"confidence":0.5}"#,
    ]

    /// What a reader of the board saw while one event was described.
    private func seen(_ failure: ModelError? = nil) async throws -> (texts: [String?], description: String?) {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = try await EventStore.connect(.url(try TemporaryPostgres.server().makeDatabase()), logger: quiet)
        try await store.migrate()
        let (album, drafts) = (EventAlbum(), DescriptionDrafts())
        let gate = try #require(CameraID("gate"))
        let start = WallTime(Date()).advanced(bySeconds: -60)
        let event = Event(
            camera: gate, source: .query(name: "q", text: "a person"),
            during: TimeSpan(start: start, end: start.advanced(bySeconds: 4)), startError: 0, endError: 0,
            isOpen: true, score: 0.7, anomalyScore: nil, box: nil, clock: .arrival)
        album.note([EventTelling(stage: .opened, event: event, firstEvidence: start)])
        album.see(Picture(width: 16, height: 12, pixels: [UInt8](repeating: 9, count: 576)), at: start, camera: gate)
        let write = EventWrite(
            event: event, description: "template", descriptionOrigin: "template", idempotencyKey: "1")
        let id = try await store.record([write])[0].id
        let seen = SeenDrafts()
        let look: @Sendable () -> Void = {
            seen.all.withLock { seen in seen += drafts.changes(after: seen.last?.version ?? 0) }
        }
        let worker = DescriptionWorker(
            store: store, narrator: HaltingNarrator(parts: Self.parts, failure: failure, look: look), album: album,
            settings: .init(tokensPerHour: 1_000_000), drafts: drafts, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            group.addTask {
                while worker.status.written + worker.status.dropped == 0 || seen.all.withLock({ $0.last?.text }) != nil
                {
                    try await ContinuousClock().sleep(for: .milliseconds(10))
                    look()
                }
                worker.finish()
            }
            try await group.waitForAll()
        }
        let description = try await store.listEvents().first?.description
        await store.close()
        let all = seen.all.withLock { $0 }
        #expect(all.allSatisfy { $0.event == id && $0.camera == "gate" })
        return (all.map(\.text), description)
    }

    @Test("grow by what the model writes of its sentences, and end when they are stored", .tags(.integration))
    func grow() async throws {
        let seen = try await seen()
        #expect(seen.texts == ["", "A person", "A person walks", "A person walks by.", nil])
        #expect(seen.description == "A person walks by.")
    }

    @Test("end too when nothing comes of it", .tags(.integration))
    func fail() async throws {
        let seen = try await seen(.deadlineExceeded)
        #expect(seen.texts.last == .some(nil) && seen.texts.contains("A person walks"))
        #expect(seen.description == "template")
    }

    @Test("are bounded in number and length, and the latest are kept")
    func bounds() async throws {
        let drafts = DescriptionDrafts()
        for event in 1...40 { drafts.add("a", to: Int64(event), on: "gate") }
        #expect(drafts.changes(after: 0).map(\.event) == Array(25...40))
        for _ in 0..<3000 { drafts.add("ab", to: 40, on: "gate") }
        let last = try #require(drafts.changes(after: 0).last)
        #expect(last.event == 40 && last.text?.count == 2000)
        #expect(drafts.changes(after: last.version).isEmpty)
        // One who never looked is woken once.
        #expect(try await drafts.changed.next() == true && drafts.changed.count == 0)
    }
}
