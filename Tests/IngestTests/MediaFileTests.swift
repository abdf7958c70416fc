import Base
import Foundation
import Glibc
import Ingest
import TestSupport
import Testing

@Suite("Media file", .timeLimit(.minutes(5)))
struct MediaFileTests {
    /// The error of opening and reading `path`.
    private func failure(_ path: String) async -> IngestError? {
        do {
            _ = try await read(path)
            return nil
        } catch {
            return error as? IngestError
        }
    }

    private func located(_ name: String) -> RedactedURL { RedactedURL(bundled(name)) }

    @Test("says what is wrong with a path")
    func paths() async throws {
        #expect(await failure("/nowhere/at all.mp4") == .missing(RedactedURL("/nowhere/at all.mp4")))
        #expect(await failure("/tmp") == .notARegularFile(RedactedURL("/tmp"), kind: "directory"))
        #expect(await failure("/dev/null") == .notARegularFile(RedactedURL("/dev/null"), kind: "device"))
        try await withTemporaryFile(Data()) { path in
            #expect(await failure(path) == .empty(RedactedURL(path)))
            unlink(path)
            #expect(mkfifo(path, 0o600) == 0)
            #expect(await failure(path) == .notARegularFile(RedactedURL(path), kind: "pipe"))
        }
    }

    @Test("says what is wrong with contents")
    func contents() async {
        #expect(await failure(bundled("text.mp4")) == .notMedia(located("text.mp4")))
        #expect(await failure(bundled("truncated.mp4")) == .missingIndex(located("truncated.mp4")))
        #expect(await failure(bundled("encrypted.mp4")) == .encrypted(located("encrypted.mp4")))
        #expect(await failure(bundled("playlist.mp4")) == .refusedFormat(located("playlist.mp4"), format: "hls"))
        #expect(await failure(bundled("concat.mp4")) == .refusedFormat(located("concat.mp4"), format: "concat"))
        #expect(
            await failure(bundled("audio_only.mp4"))
                == .noVideoTrack(located("audio_only.mp4"), tracks: "tracks: audio"))
    }

    @Test("names the codec that nobody can decode")
    func codec() async throws {
        var bytes = try Data(contentsOf: URL(filePath: bundled("upright.mp4")))
        while let range = bytes.range(of: Data("avc1".utf8)) { bytes.replaceSubrange(range, with: Data("vvc1".utf8)) }
        try await withTemporaryFile(bytes) { path in
            #expect(await failure(path) == .unsupportedCodec(RedactedURL(path), codec: "codec vvc1"))
        }
    }

    @Test(
        "prints every error in one line with a remedy",
        arguments: [
            IngestError.missing(RedactedURL("a.mp4")), .encrypted(RedactedURL("a.mp4")),
            .notMedia(RedactedURL("rtsp://u:p@host/a")), .invalidConfiguration(problems: ["one", "two"]),
        ])
    func descriptions(error: IngestError) {
        #expect(!error.description.contains("\n") && error.description.contains(";"))
        #expect(!error.description.contains("u:p"))
    }

    @Test("digests the whole content")
    func digest() async throws {
        try await withTemporaryFile(Data("abc".utf8)) { path in
            // FIPS 180-4's example
            let digest = try await MediaFile(path: path).contentDigest()
            #expect(digest?.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        }
        var bytes = try Data(contentsOf: URL(filePath: bundled("plain.ts")))
        let original = try await MediaFile(path: bundled("plain.ts")).contentDigest()
        bytes[bytes.count / 2] ^= 1
        try await withTemporaryFile(bytes) { path in
            let changed = try await MediaFile(path: path).contentDigest()
            #expect(changed != original)
        }
    }

    @Test("is read through its descriptor only: the path may vanish after opening")
    func descriptor() async throws {
        let bytes = try Data(contentsOf: URL(filePath: bundled("bframes.mp4")))
        try await withTemporaryFile(bytes) { path in
            let file = try MediaFile(path: path)
            unlink(path)
            let source = try await FileSource(file)
            let count = try await source.withFrames { frames in try await frames.reduce(0) { sum, _ in sum + 1 } }
            #expect(count == 4)
        }
    }

    @Test("starts where a person says, else at its creation time, else at its last change less its duration")
    func start() async throws {
        let file = try MediaFile(path: bundled("bframes.mp4"))
        let source = try await FileSource(file)
        let given = WallTime(microseconds: 1)
        #expect(RecordingStart(of: file, probe: source.probe, given: given).time == given)
        let created = RecordingStart(of: file, probe: source.probe)
        #expect(created.time == WallTime(rfc3339: "2026-05-01T12:00:00Z") && created.evidence == .creationTime)
        let plain = try MediaFile(path: bundled("plain.avi"))
        let changed = RecordingStart(of: plain, probe: try await FileSource(plain).probe)
        #expect(changed.evidence == .modificationTime)
        #expect(abs(plain.modificationTime.seconds(since: changed.time) - 4) < 0.05)
    }
}
