import Foundation
import TestSupport
import Testing

@Suite("alertd reencode", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct ReencodeTests {
    private struct Line: Decodable {
        let camera: String
        let files: Int
        let knownFiles: Int
        let framesEncoded: Int
        let errors: Int
    }

    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4")

    private let database: CommandDatabase
    private let clips: URL

    init() throws {
        database = try CommandDatabase()
        clips = database.folder.file("state").appending(path: "clips/yard")
        // Makes the state directory.
        #expect(try database.run(["db", "status"]).status == 0)
        try FileManager.default.createDirectory(at: clips, withIntermediateDirectories: true)
        try database.sql("INSERT INTO alertd.camera (name) VALUES ('yard')")
        try FileManager.default.copyItem(at: Self.clip, to: clips.appending(path: "one.mp4"))
        try keep("one.mp4", "12:00:00", "12:01:58")
    }

    private func keep(_ file: String, _ start: String, _ end: String) throws {
        let day = "2026-05-01T"
        try database.sql(
            "SELECT alertd.record_footage('yard', 'segment', '\(day)\(start)Z', '\(day)\(end)Z', 'yard/\(file)', 1000)")
    }

    private func reencode(_ arguments: String...) throws -> (outcome: AlertdProgram.Outcome, lines: [Line]) {
        let outcome = try database.run(["reencode", "--json"] + arguments)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (outcome, try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) })
    }

    @Test("footage that another encoder watched is searched after it, and encoded once")
    func footage() throws {
        let search = ["search", "a person walks through the yard", "--json"]
        #expect(try database.run(search).status == 1)
        let first = try reencode()
        #expect(first.outcome.status == 0, "\(first.outcome.errors)")
        let line = try #require(first.lines.first)
        #expect(line.camera == "yard" && line.files == 1 && line.knownFiles == 0 && line.errors == 0)
        #expect((116...119).contains(line.framesEncoded), "\(line)")
        let found = try database.run(search)
        #expect(found.lines.count >= 3, "\(found.errors)")
        let again = try reencode().lines.first
        #expect(again?.knownFiles == 1 && again?.framesEncoded == 0)
        let outside = try reencode("--until", "2026-04-01T00:00:00Z").lines.first
        #expect(outside?.files == 0)
    }

    @Test("a file that cannot be read is named; the others are encoded")
    func unreadable() throws {
        try Data("no video".utf8).write(to: clips.appending(path: "two.mp4"))
        try keep("two.mp4", "13:00:00", "13:00:10")
        let (outcome, lines) = try reencode()
        #expect(outcome.status == 2 && outcome.errors.contains("two.mp4"), "\(outcome.errors)")
        #expect(lines.first?.files == 2 && lines.first?.errors == 1 && (lines.first?.framesEncoded ?? 0) > 100)
        let nobody = try reencode("--camera", "door")
        #expect(nobody.outcome.status == 2 && nobody.outcome.errors.contains("no camera door"))
    }

    @Test("days that only another encoder has seen are counted by a search")
    func unseen() throws {
        #expect(try reencode().outcome.status == 0)
        let folder = database.folder.file("state").appending(path: "encodings/yard")
        let file = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".enc") })
        // Another digest in the header, under its own checksum.
        var bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
        for index in 16..<48 { bytes[index] ^= 0x5A }
        let sum = Self.crc32(bytes[0..<60])
        for index in 0..<4 { bytes[60 + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
        try FileManager.default.removeItem(at: folder.appending(path: file))
        try Data(bytes).write(to: folder.appending(path: String(file.prefix(10)) + ".00000000.enc"))
        let outcome = try database.run(["search", "a person walks through the yard", "--json"])
        #expect(outcome.status == 1 && outcome.errors.contains("1 days of cameras"), "\(outcome.errors)")
        #expect(outcome.errors.contains("alertd reencode"))
    }

    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
