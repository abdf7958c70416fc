import Base
import Foundation
import TestSupport
import Testing

/// The last line of `alertd ingest`.
struct IngestLine: Decodable {
    let mediaSeconds: Double
    let framesDecoded: Int
    let framesAnalysed: Int
    let framesReused: Int
    let events: Int
    let errors: Int
    let alreadyIngested: Int

    static func last(of outcome: AlertdProgram.Outcome) throws -> IngestLine {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let line = try #require(outcome.lines.last, "\(outcome.errors)")
        return try decoder.decode(IngestLine.self, from: Data(line.utf8))
    }
}

/// A line of `alertd events list --json`.
struct EventRow: Decodable, Equatable {
    var id: Int64
    let camera: String
    let kind: String
    let query: String?
    let start: String
    let end: String
    let score: Double

    var withoutID: EventRow {
        var copy = self
        copy.id = 0
        return copy
    }

    var span: TimeSpan {
        let epoch = WallTime(microseconds: 0)
        return TimeSpan(start: WallTime(rfc3339: start) ?? epoch, end: WallTime(rfc3339: end) ?? epoch)
    }

    static func list(state folder: ScratchFolder) throws -> [EventRow] {
        let outcome = try AlertdProgram.run(["events", "list", "--json", "--state", folder.file("state").path])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.lines.map { try JSONDecoder().decode(EventRow.self, from: Data($0.utf8)) }
    }
}

/// `MANIFEST.json` beside video clips.
struct ClipManifest: Decodable {
    struct Query: Decodable {
        let query: String
        let start: Double
        let end: Double
    }
    struct Event: Decodable {
        let start: Double
        let end: Double
        let anomalous: Bool
    }
    struct Clip: Decodable {
        let file: String
        let groundingQueries: [Query]
        let events: [Event]
    }
    let clips: [Clip]

    static func read(_ url: URL) throws -> ClipManifest {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ClipManifest.self, from: Data(contentsOf: url))
    }
}
