import Base
import Foundation
import Store
import TestSupport
import Testing

/// Events of many short videos, laid end to end on eight cameras: the rows on which the pages about SQL are tried.
///
/// Reads `uca` below `ALERTD_MEDIA`, else the made-up stand-in in `Tests/Fixtures/surveillance`.
struct Surveillance {
    /// One event, with the times it has in the database.
    struct Item: Equatable {
        let camera: String
        let query: String
        let start: WallTime
        let end: WallTime
        let text: String
    }

    static let cameras = ["gate", "door", "yard", "street", "lobby", "garage", "dock", "roof"]
    static let monday = WallTime(microseconds: 1_777_852_800_000_000)  // 2026-05-04T00:00:00Z

    /// The events by camera and start.
    private(set) var items: [Item] = []
    /// When each camera was watched, in order; no two touch.
    private(set) var watched: [String: [TimeSpan]] = [:]

    private struct Video: Decodable {
        let video: String
        let duration: Double
    }

    private struct Line: Decodable {
        let video: String
        let cls: String
        let start: Double
        let end: Double
        let text: String
    }

    /// Where the events come from.
    static var folder: URL {
        let real = Fixtures.media?.appending(path: "uca")
        if let real, FileManager.default.fileExists(atPath: real.appending(path: "events.jsonl").path) { return real }
        return Fixtures.folder.appending(path: "surveillance")
    }

    init() throws {
        let lines = try Dictionary(grouping: Self.read("events.jsonl", Line.self), by: \.video)
        var free = [WallTime](repeating: Self.monday, count: Self.cameras.count)
        for (index, video) in try Self.read("videos.jsonl", Video.self).enumerated() {
            let place = index % Self.cameras.count
            let (camera, start) = (Self.cameras[place], free[place])
            let end = start.advanced(bySeconds: video.duration)
            watched[camera, default: []].append(TimeSpan(start: start, end: end))
            // Between videos the camera rests for one minute to an hour and a half.
            free[place] = end.advanced(bySeconds: 60 + Double(index * 7919 % 5400))
            for line in lines[video.video] ?? [] {
                items.append(
                    Item(
                        camera: camera, query: line.cls.lowercased(), start: start.advanced(bySeconds: line.start),
                        end: start.advanced(bySeconds: line.end), text: line.text))
            }
        }
        nameLanes()
    }

    /// Events of one source that overlap would be one event: those that do get names of their own.
    private mutating func nameLanes() {
        items.sort { ($0.camera, $0.start, $0.end) < ($1.camera, $1.start, $1.end) }
        var lanes: [String: [WallTime]] = [:]
        for (index, item) in items.enumerated() {
            let key = item.camera + "/" + item.query
            let ends = lanes[key] ?? []
            let lane = ends.firstIndex { $0 <= item.start } ?? ends.count
            if lane == ends.count { lanes[key, default: []].append(item.end) } else { lanes[key]?[lane] = item.end }
            guard lane > 0 else { continue }
            items[index] = Item(
                camera: item.camera, query: "\(item.query)-\(lane + 1)", start: item.start, end: item.end,
                text: item.text)
        }
    }

    /// Writes everything into a database.
    func store(in store: EventStore) async throws {
        let writes = try items.enumerated().map { index, item in
            let event = Event(
                camera: try camera(item.camera), source: .query(name: item.query, text: item.query),
                during: TimeSpan(start: item.start, end: item.end), startError: 0.5, endError: 0.5, isOpen: false,
                score: Double(index % 100) / 100, anomalyScore: nil, box: nil, clock: .file)
            return write(event, key: "\(index)", words: item.text)
        }
        for start in stride(from: 0, to: writes.count, by: 2000) {
            try await store.record(Array(writes[start..<min(start + 2000, writes.count)]))
        }
        for (name, spans) in watched {
            for span in spans { try await store.recordCoverage(span, camera: camera(name)) }
            let samples = items.filter { $0.camera == name }.enumerated().map { index, item in
                ScoreSample(
                    lane: "anomaly:normality", at: item.start, value: Double(index % 50) / 50,
                    pValue: Double(index % 97) / 97)
            }
            try await store.recordScores(samples, camera: camera(name))
        }
    }

    private static func read<T: Decodable>(_ name: String, _ type: T.Type) throws -> [T] {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}
