import Base
import Foundation
import Ingest
import TestSupport
import Testing

/// Damaged bytes may cost frames, never a crash, a hang or an error of another kind.
@Suite("Damaged recordings", .timeLimit(.minutes(5)))
struct FaultTests {
    static let files = ["bframes.mp4", "plain.mkv", "plain.avi", "plain.ts", "vp9.webm", "restart.ts"]

    /// More frames than any of the files holds; damage must not multiply footage.
    private static let mostFrames = 1000

    private func survives(_ bytes: Data, _ what: String) async throws {
        try await withTemporaryFile(bytes) { path in
            do {
                let statistics = try await read(path, IngestConfiguration(analyseFPS: 5)).statistics
                #expect(statistics.frames <= Self.mostFrames, "\(what)")
                #expect(statistics.mediaSeconds.isFinite && statistics.mediaSeconds >= 0, "\(what)")
            } catch {
                #expect(error is IngestError, "\(what): \(error)")
            }
        }
    }

    @Test("cut off anywhere", arguments: files)
    func truncated(name: String) async throws {
        let bytes = try Data(contentsOf: URL(filePath: bundled(name)))
        let early = Array(stride(from: 1, to: 64, by: 9))
        let later = (1..<24).map { bytes.count * $0 / 24 }
        for count in early + later + [bytes.count - 1] {
            try await survives(bytes.prefix(count), "\(name) cut after \(count) bytes")
        }
    }

    @Test("with bytes flipped", arguments: files)
    func flipped(name: String) async throws {
        let original = try Data(contentsOf: URL(filePath: bundled(name)))
        for seed in UInt64(1)...30 {
            var random = SplitMix64(seed: seed)
            var bytes = original
            // Half of the seeds hit the head, where containers keep their structure.
            let reach = seed % 2 == 0 ? min(4096, bytes.count) : bytes.count
            for _ in 0..<(1 << (seed % 8)) {
                bytes[Int.random(in: 0..<reach, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            try await survives(bytes, "\(name) flipped with seed \(seed)")
        }
    }

    @Test("whose index states millions of samples costs neither gigabytes nor minutes", .timeLimit(.minutes(5)))
    func hugeIndex() async throws {
        var bytes = try Data(contentsOf: URL(filePath: bundled("upright.mp4")))
        func patch(_ box: String, _ offset: Int, _ value: UInt32) throws {
            let at = try #require(bytes.range(of: Data(box.utf8))).lowerBound + offset
            bytes.replaceSubrange(at..<at + 4, with: withUnsafeBytes(of: value.bigEndian) { Data($0) })
        }
        let samples: UInt32 = 30_000_000
        try patch("stsz", 8, 1)  // size of every sample
        try patch("stsz", 12, samples)
        try patch("stsc", 16, samples)  // samples in a chunk
        try patch("stts", 12, samples)
        _ = try await withTemporaryFile(bytes) { path in
            await #expect(throws: IngestError.self) { try await read(path) }
        }
    }

    @Test("made of noise under a container's first bytes")
    func noise() async throws {
        for name in Self.files {
            var random = SplitMix64(seed: 7)
            var bytes = try Data(contentsOf: URL(filePath: bundled(name))).prefix(256)
            bytes.append(contentsOf: (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) })
            try await survives(bytes, "\(name) with noise")
        }
    }
}

/// S. Vigna's SplitMix64: repeatable random numbers from a seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
