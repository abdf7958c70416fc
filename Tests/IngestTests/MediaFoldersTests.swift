import Base
import Foundation
import Ingest
import TestSupport
import Testing

/// Every media file that can be found: the folders of `Fixtures.media` by their own lists.
@Suite("Media folders", .tags(.media), .timeLimit(.minutes(10)))
struct MediaFoldersTests {
    struct Manifest: Decodable {
        struct Clip: Decodable, Sendable, CustomTestStringConvertible {
            struct Media: Decodable, Sendable {
                let durationS: Double
                let decodedFrames: Int
                let fps: Double
            }
            let file: String
            let media: Media
            var testDescription: String { file }
        }
        let clips: [Clip]
    }

    struct Expected: Decodable {
        struct File: Decodable, Sendable, CustomTestStringConvertible {
            var testDescription: String { file }
            let file: String
            let strict: Bool
            let variableFrameRate: Bool?
            let facts: Facts
        }
        struct Facts: Decodable, Sendable {
            let decodedVideo: Video?
            let rotation: Double?
            let ffprobe: Probe?
        }
        struct Probe: Decodable, Sendable {
            let streams: [Stream]?
        }
        struct Stream: Decodable, Sendable {
            let codecType: String?
            let sampleAspectRatio: String?
        }
        struct Video: Decodable, Sendable {
            let frames: Int
            let firstPtsS: Double?
            let lastPtsS: Double?
            let frameSizes: [String]
        }
        let files: [File]
    }

    @Test("a clip agrees with its manifest", arguments: try clips())
    func clip(_ clip: Manifest.Clip) async throws {
        for rate in [1.0, 2.5] {
            let recording = try await read(Self.path("videos", clip.file), IngestConfiguration(analyseFPS: rate))
            let statistics = recording.statistics
            #expect(statistics.frames == clip.media.decodedFrames)
            #expect(abs(statistics.mediaSeconds - clip.media.durationS) < 1.5 / clip.media.fps)
            #expect(abs(Double(statistics.framesAnalysed) - statistics.mediaSeconds * rate) <= 1)
            #expect(statistics.errors == 0, "\(statistics.lastErrorLine ?? "")")
            #expect(statistics.runs == 1)
        }
    }

    @Test("an awkward file agrees with what is known of it, or is reported", arguments: try awkwardFiles())
    func awkward(_ file: Expected.File) async throws {
        let path = Self.path("media-torture", file.file)
        if !file.strict {
            await isReported(path, file)
        } else if let video = file.facts.decodedVideo {
            await agrees(path, file, video)
        } else {
            await #expect(throws: IngestError.self, "\(file.file) has no video") { try await read(path) }
        }
    }

    @Test("a bundled file is read or refused", arguments: try bundledFiles())
    func bundledFile(_ name: String) async {
        do { _ = try await read(bundled(name)) } catch { #expect(error is IngestError, "\(error)") }
    }

    private static func clips() throws -> [Manifest.Clip] {
        if Fixtures.media == nil { print("media: no folder of media (ALERTD_MEDIA), bundled files only") }
        return try list(Manifest.self, path("videos", "MANIFEST.json"))?.clips ?? []
    }

    private static func awkwardFiles() throws -> [Expected.File] {
        try list(Expected.self, path("media-torture", "EXPECTED.json"))?.files ?? []
    }

    private static func bundledFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bundled(".")).sorted()
    }

    private static func path(_ folder: String, _ file: String) -> String {
        (Fixtures.media ?? Fixtures.folder).appending(path: folder).appending(path: file).path
    }

    private static func list<List: Decodable>(_ type: List.Type, _ path: String) throws -> List? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }

    private func agrees(_ path: String, _ file: Expected.File, _ video: Expected.Video) async {
        do {
            let recording = try await read(path, everyFrame)
            let statistics = recording.statistics
            #expect(statistics.frames == video.frames, "\(file.file): frames")
            #expect(statistics.framesAnalysed == video.frames, "\(file.file): analysed")
            #expect(Set(statistics.decodedSizes.map(\.description)) == Set(video.frameSizes), "\(file.file): sizes")
            #expect(statistics.runs == 1 && statistics.heldTimes == 0, "\(file.file): time \(statistics)")
            #expect(near(recording.frames.first?.time.seconds, video.firstPtsS), "\(file.file): first time")
            #expect(near(recording.frames.last?.time.seconds, video.lastPtsS), "\(file.file): last time")
            let isRight = hasRightShape(recording, file)
            #expect(isRight, "\(file.file): shape")
            let once = try await read(path).statistics
            if file.variableFrameRate != true {
                #expect(abs(Double(once.framesAnalysed) - once.mediaSeconds) <= 1, "\(file.file): rate \(once)")
            }
        } catch {
            Issue.record("\(file.file): \(error)")
        }
    }

    private func near(_ seconds: Double?, _ wanted: Double?) -> Bool {
        guard let seconds, let wanted else { return seconds == nil && wanted == nil }
        return abs(seconds - wanted) < 2e-6
    }

    /// The picture's shape is the coded one with square pixels, lying on its side after a quarter turn.
    private func hasRightShape(_ recording: Recording, _ file: Expected.File) -> Bool {
        guard let picture = recording.frames.first?.picture, let coded = recording.statistics.decodedSizes.first else {
            return false
        }
        let video = file.facts.ffprobe?.streams?.first { $0.codecType == "video" }
        let aspect = (video?.sampleAspectRatio ?? "1:1").split(separator: ":").compactMap { Double($0) }
        guard aspect.count == 2, aspect[0] > 0, aspect[1] > 0 else { return true }
        let shape = Double(coded.width) * aspect[0] / aspect[1] / Double(coded.height)
        let isTurned = Int(abs(file.facts.rotation ?? 0)) % 180 == 90
        let wanted = isTurned ? 1 / shape : shape
        // Sides are whole pixels of at most 64.
        let error = abs(Double(picture.width) - wanted * Double(picture.height))
        return error <= 0.5 + 0.5 * wanted
    }

    private func isReported(_ path: String, _ file: Expected.File) async {
        do {
            let statistics = try await read(path, everyFrame).statistics
            let isReported =
                statistics.errors > 0 || statistics.heldTimes + statistics.derivedTimes > 0 || statistics.runs > 1
            #expect(isReported, "\(file.file): damage goes unreported \(statistics)")
        } catch {
            #expect(error is IngestError, "\(file.file): \(error)")
        }
    }
}
