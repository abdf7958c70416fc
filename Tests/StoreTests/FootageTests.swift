import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Footage", .tags(.integration), .timeLimit(.minutes(5)))
struct FootageTests {
    private func record(_ start: Double, _ end: Double, bytes: Int64 = 10) throws -> FootageRecord {
        FootageRecord(
            camera: try camera(), kind: .segment, during: TimeSpan(start: moment(start), end: moment(end)),
            file: "gate/day/\(start).mp4", bytes: bytes)
    }

    @Test("what is too old goes, then the oldest without an event, then the oldest with one")
    func excess() throws {
        let day = 86_400.0
        let files = try (0..<10).map { index in
            FootageEntry(
                record: try record(Double(index) * day, Double(index) * day + 30), showsEvent: index % 3 == 2)
        }
        func gone(_ days: Double, _ bytes: Int64) -> [Int] {
            FootageLimits(days: days, bytes: bytes).excess(of: files, at: moment(10 * day)).compactMap { record in
                files.firstIndex { $0.record == record }
            }
        }
        #expect(gone(30, 1000) == [])
        #expect(gone(30, 100) == [])
        #expect(gone(7, 1000) == [0, 1, 2])
        #expect(gone(30, 70) == [0, 1, 3])
        // 2, 5 and 8 show events: they stay until nothing else is left.
        #expect(gone(30, 25) == [0, 1, 3, 4, 6, 7, 9, 2])
        #expect(gone(7, 30) == [0, 1, 2, 3, 4, 6, 7])
        #expect(gone(30, 0).count == 10)
    }

    @Test("clips to be sent are cut below the state directory, and those of an earlier process go")
    func cuts() async throws {
        let folder = try ScratchFolder()
        let files = FootageFiles(stateDirectory: folder.url.path)
        await files.removeCuts()
        let (one, other) = (try await files.cutPath(), try await files.cutPath())
        #expect(one != other && one.hasPrefix(folder.file("cuts").path + "/"))
        try Data("clip".utf8).write(to: URL(filePath: one))
        let kept = folder.file("cuts/folder")
        try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: false)
        await files.removeCuts()
        #expect(!FileManager.default.fileExists(atPath: one) && FileManager.default.fileExists(atPath: kept.path))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("cuts").path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o700)
        // A place that cannot be written to is named.
        try FileManager.default.removeItem(at: folder.file("cuts"))
        let wrong = FootageFiles(stateDirectory: folder.file("nowhere").path)
        await #expect(throws: StoreError.self) { try await wrong.cutPath() }
    }

    @Test("files are kept under names that say what they show, and their rows follow")
    func keeping() async throws {
        let (store, _) = try await makeStore()
        let folder = try ScratchFolder()
        let files = FootageFiles(stateDirectory: folder.url.path)
        let place = try await files.prepare(camera())
        let span = TimeSpan(start: moment(0), end: moment(30))
        try Data([1, 2, 3]).write(to: URL(filePath: place + "/x.part"))
        #expect(try await files.leftovers(of: camera()) == [place + "/x.part"])
        let segment = try await files.keep(place + "/x.part", of: camera(), during: span)
        let picture = try await files.keep(thumbnail: [9, 9], of: camera(), at: moment(12))
        #expect(segment.bytes == 3 && picture.bytes == 2 && picture.kind == .thumbnail)
        #expect(try await files.all(of: camera()).map(\.record) == [segment, picture])
        #expect(try await files.leftovers(of: camera()) == [])
        #expect(FileManager.default.contents(atPath: files.path(of: picture)) == Data([9, 9]))
        for record in [segment, picture, segment] { #expect(try await store.recordFootage(record)) }
        let before = try await store.footage(
            of: camera(), kind: .segment, in: TimeSpan(start: moment(29), end: moment(99)))
        #expect(before == [segment])
        #expect(
            try await store.footage(of: camera(), kind: .segment, in: TimeSpan(start: moment(31), end: moment(99)))
                == [])
        #expect(try await store.footageTotal(of: camera()).bytes == 5)
        try await store.record([write(event(40, 41), key: "a")])
        let entries = try await store.footageEntries(of: camera(), before: 5, after: 5)
        #expect(entries.map(\.showsEvent) == [false, false])
        #expect(try await store.footageEntries(of: camera(), before: 15, after: 5).map(\.showsEvent) == [true, false])
        await files.remove([picture])
        try await store.forgetFootage([picture], of: camera())
        #expect(try await store.footageTotal(of: camera()).bytes == 3)
        #expect(try await files.all(of: camera()).map(\.record) == [segment])
        // A file that was erased meanwhile cannot be kept.
        await #expect(throws: StoreError.self) {
            try await files.keep(place + "/y.part", of: camera(), during: span)
        }
        await store.close()
    }
}
