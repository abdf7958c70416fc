import Base
import Foundation
import Logging
import Store
import TestSupport
import Testing

/// What a daemon that is killed again and again owes: every change that lay on the disk when it was killed, and coverage
/// of exactly what it saw.
struct DurabilityLedger {
    /// What a kill may cost at most: docs/design/08-store.md.
    private static let mostLost = 5.0
    /// Frames further apart than this are not one stretch: three times a second, the time between two frames.
    private static let longestPause = 3.0

    private struct Life {
        let start: WallTime
        var end: WallTime
        var wasKilled = true
    }

    /// What was found.
    struct Counts: CustomStringConvertible {
        let changes: Int
        let frames: Int
        let uncovered: Double

        var description: String {
            "\(changes) changes on the disk when it was killed, all stored; \(frames) frames, at most "
                + "\((uncovered * 10).rounded() / 10) s of a stretch not covered"
        }
    }

    private let state: String
    private var lives: [Life] = []
    /// Idempotency keys of the changes that were in the spool at a kill.
    private var told: Set<String> = []

    init(state: String) { self.state = state }

    /// The daemon is about to be started.
    mutating func begin() {
        let now = WallTime(Date())
        lives.append(Life(start: now, end: now))
    }

    /// The daemon was killed and is gone: what it left on the disk is looked at.
    mutating func noteKill() async throws {
        lives[lives.count - 1].end = WallTime(Date())
        told.formUnion(try await Self.keys(inSpoolOf: state, withBlind: true))
    }

    /// The idempotency keys of the events that a dead daemon left in its spool.
    static func keys(inSpoolOf state: String, withBlind: Bool = false) async throws -> Set<String> {
        let copy = try ScratchFolder()
        let spool = state + "/spool"
        guard FileManager.default.fileExists(atPath: spool) else { return [] }
        try FileManager.default.copyItem(atPath: spool, toPath: copy.file("spool").path)
        let left = try await Spool.open(stateDirectory: copy.url.path)
        var keys: Set<String> = []
        while let head = try await left.head(1000) {
            for case .event(let write) in head.writes.map(\.body) {
                if !withBlind, case .blind = write.event.source { continue }
                keys.insert(write.idempotencyKey)
            }
            await left.acknowledge(head)
        }
        return keys
    }

    /// The daemon has ended by itself.
    mutating func noteStop() {
        lives[lives.count - 1].end = WallTime(Date())
        lives[lives.count - 1].wasKilled = false
    }

    /// Compares with what the database and the files hold now.
    func check(_ target: DatabaseTarget, camera name: String) async throws -> Counts {
        let camera = try #require(CameraID(name))
        let store = try await EventStore.open(target, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await expectKeys(store)
        let covered = try await store.listCoverage(camera: camera).filter { $0.reason == nil }.map(\.during)
        await store.close()
        let frames = try await Self.frames(of: camera.name, in: state)
        expectFrames(frames, under: covered)
        let uncovered = lives.map { expectCoverage(of: $0, covered, frames) }.max() ?? 0
        return Counts(changes: told.count, frames: frames.count, uncovered: uncovered)
    }

    /// Every change that was on the disk is in the database, once.
    private func expectKeys(_ store: EventStore) async throws {
        let connection = DatabaseConnection(address: store.address)
        let keys = Array(told)
        let found = try await connection.run("look for keys") { session throws(StoreError) in
            try session.query(
                "look for keys", "SELECT key::text AS key FROM alertd.event_key WHERE key = ANY ($1)",
                [.texts(keys)]
            ).map { row throws(StoreError) in try row.text("key") }
        }
        await connection.close()
        #expect(Set(found) == told && found.count == told.count, "lost: \(told.subtracting(found))")
    }

    /// The times of the encodings that a state directory holds; none where there is no file.
    static func frames(of camera: String, in state: String) async throws -> [WallTime] {
        let folder = "\(state)/encodings/\(camera)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.hasSuffix(".enc") }
        guard let name = names?.first else { return [] }
        let header = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)).prefix(EncodingFormat.headerSize))
        let dimension = header[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
        let encoder = try EncoderIdentity(digest: Array(header[16..<48]), dimension: dimension)
        let reader = EncodingReader(stateDirectory: state, encoder: encoder)
        let always = TimeSpan(start: WallTime(microseconds: 0), end: WallTime(Date()).advanced(bySeconds: 86_400))
        return try await reader.encodings(of: try #require(CameraID(camera)), during: always).map(\.time)
    }

    /// Coverage claims nothing that cannot be searched.
    private func expectFrames(_ frames: [WallTime], under covered: [TimeSpan]) {
        for span in covered {
            let inside = frames.filter { $0 >= span.start && $0 <= span.end }
            #expect(inside.first == span.start, "\(span) begins before its first encoding")
            let pauses = zip(inside.dropFirst(), inside).map { $0.seconds(since: $1) }
            #expect(pauses.allSatisfy { $0 <= Self.longestPause }, "\(span) claims a pause: \(pauses.max() ?? 0) s")
            let tail = inside.last.map { span.end.seconds(since: $0) } ?? .infinity
            #expect(tail <= 1.05, "\(span) ends \(tail) s after its last encoding")
        }
    }

    /// What one life of the daemon saw is covered from its beginning on; a kill costs the end. Returns how much, in
    /// seconds.
    private func expectCoverage(of life: Life, _ covered: [TimeSpan], _ frames: [WallTime]) -> Double {
        let seen = frames.filter { $0 >= life.start && $0 <= life.end }
        func isCovered(_ time: WallTime) -> Bool { covered.contains { $0.start <= time && time <= $0.end } }
        guard let last = seen.last, let first = seen.firstIndex(where: { !isCovered($0) }) else { return 0 }
        let lost = last.seconds(since: seen[max(first - 1, 0)])
        // A single frame lasts no time that could be covered.
        #expect(lost == 0 || life.wasKilled && lost <= Self.mostLost, "\(lost) s before \(life.end) are not covered")
        #expect(!seen[first...].contains(where: isCovered), "a hole before \(life.end)")
        return lost
    }
}
