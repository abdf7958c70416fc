import Base
import Foundation
import Ingest
import TestSupport
import Testing

/// Every media file that can be found: the folders of `Fixtures.media` by their own lists.
@Suite("Media folders")
struct MediaFoldersTests {
    struct Manifest: Decodable {
        struct Clip: Decodable {
            struct Media: Decodable {
                let durationS: Double
                let decodedFrames: Int
                let fps: Double
            }
            let file: String
            let media: Media
        }
        let clips: [Clip]
    }

    struct Expected: Decodable {
        struct File: Decodable {
            let file: String
            let strict: Bool
            let variableFrameRate: Bool?
            let facts: Facts
        }
        struct Facts: Decodable {
            let decodedVideo: Video?
            let rotation: Double?
            let ffprobe: Probe?
        }
        struct Probe: Decodable {
            let streams: [Stream]?
        }
        struct Stream: Decodable {
            let codecType: String?
            let sampleAspectRatio: String?
        }
        struct Video: Decodable {
            let frames: Int
            let firstPtsS: Double?
            let lastPtsS: Double?
            let frameSizes: [String]
        }
        let files: [File]
    }

    @Test("agree with what their lists say", .timeLimit(.minutes(10)))
    func everyFile() async throws {
        var checked = 0
        if let folder = Fixtures.media {
            checked += try await checkClips(folder.appending(path: "videos"))
            checked += try await checkAwkward(folder.appending(path: "media-torture"))
        } else {
            print("media: no folder of media (ALERTD_MEDIA), bundled files only")
        }
        let own = try FileManager.default.contentsOfDirectory(atPath: bundled("."))
        for name in own.sorted() {
            await neverHangs(bundled(name))
            checked += 1
        }
        print("media: \(checked) files checked")
    }

    private func list<List: Decodable>(_ type: List.Type, _ url: URL) throws -> List? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: url))
    }

    private func checkClips(_ folder: URL) async throws -> Int {
        guard let manifest = try list(Manifest.self, folder.appending(path: "MANIFEST.json")) else { return 0 }
        for clip in manifest.clips {
            for rate in [1.0, 2.5] {
                let recording = try await read(
                    folder.appending(path: clip.file).path, IngestConfiguration(analyseFPS: rate))
                let statistics = recording.statistics
                #expect(statistics.framesDecoded == clip.media.decodedFrames, "\(clip.file)")
                #expect(abs(statistics.mediaSeconds - clip.media.durationS) < 1.5 / clip.media.fps, "\(clip.file)")
                #expect(abs(Double(statistics.framesAnalysed) - statistics.mediaSeconds * rate) <= 1, "\(clip.file)")
                #expect(statistics.errors == 0, "\(clip.file): \(statistics.lastErrorLine ?? "")")
                #expect(statistics.runs == 1, "\(clip.file)")
            }
        }
        return manifest.clips.count
    }

    private func checkAwkward(_ folder: URL) async throws -> Int {
        guard let expected = try list(Expected.self, folder.appending(path: "EXPECTED.json")) else { return 0 }
        for file in expected.files {
            let path = folder.appending(path: file.file).path
            if !file.strict {
                await isReported(path, file)
            } else if let video = file.facts.decodedVideo {
                await agrees(path, file, video)
            } else {
                await #expect(throws: IngestError.self, "\(file.file) has no video") { try await read(path) }
            }
        }
        return expected.files.count
    }

    private func agrees(_ path: String, _ file: Expected.File, _ video: Expected.Video) async {
        do {
            let recording = try await read(path, everyFrame)
            let statistics = recording.statistics
            #expect(statistics.framesDecoded == video.frames, "\(file.file): frames")
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

    private func neverHangs(_ path: String) async {
        do { _ = try await read(path) } catch { #expect(error is IngestError, "\(path): \(error)") }
    }
}
