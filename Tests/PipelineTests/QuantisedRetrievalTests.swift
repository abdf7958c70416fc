import Base
import Foundation
import NN
import Pipeline
import TestSupport
import Testing

/// What a user loses by int8: the best sentence for a picture, of pictures and sentences that belong together. The bundled clip
/// and the bundled encoder; its manifest says what is true when.
@Suite("Retrieval in int8", .timeLimit(.minutes(5)))
struct QuantisedRetrievalTests {
    private struct Manifest: Decodable {
        struct Query: Decodable {
            let query: String
            let start, end: Double
        }
        struct Clip: Decodable {
            let file: String
            let groundingQueries: [Query]
        }
        let clips: [Clip]
    }

    /// Frames a second that are looked at.
    private static let rate = 4.0
    private static let (width, height) = (640, 360)
    private static let demo = Fixtures.root.appending(path: "share/demo")

    /// What moved in each frame, as the encoder is shown it, with the sentences that hold then.
    private func looks(_ clip: Manifest.Clip) throws -> [(picture: Picture, truth: Set<String>)] {
        let folder = try ScratchFolder()
        try FFmpegProgram.run([
            "-i", Self.demo.appending(path: clip.file).path, "-vf",
            "fps=\(Self.rate),scale=\(Self.width):\(Self.height)", "-f", "rawvideo", "-pix_fmt", "rgb24",
            folder.file("frames").path,
        ])
        let bytes = try Data(contentsOf: folder.file("frames"))
        let size = Self.width * Self.height * 3
        var background = BackgroundPicture()
        return (0..<bytes.count / size).compactMap { index in
            let time = Double(index) / Self.rate
            let picture = Picture(
                width: Self.width, height: Self.height, pixels: Array(bytes[index * size..<(index + 1) * size]))
            let foreground = background.advance(picture)
            let truth = Set(clip.groundingQueries.filter { $0.start <= time && time < $0.end }.map(\.query))
            guard !truth.isEmpty, let look = LookCrop().looks(at: picture, foreground).first else { return nil }
            return (look.pixels.picture, truth)
        }
    }

    /// The share of looks whose best sentence is true.
    private func accuracy(
        _ looks: [(picture: Picture, truth: Set<String>)], _ sentences: [String], _ precision: Precision
    ) async throws -> Double {
        let engine = try InferenceEngine(
            encoderFolder: Fixtures.root.appending(path: "share/models/starter-encoder"), precision: precision)
        #expect(engine.precision == precision)
        var texts: [[Float]] = []
        for sentence in sentences { texts.append(try await engine.encode(text: sentence).values) }
        let vectors = await engine.encode(looks.map(\.picture))
        let found = Similarity.dot(rows: Tensor(rows: vectors), columns: Tensor(rows: texts)).rowArrays
        let right = zip(found, looks).count { cosines, look in
            let best = cosines.indices.max { cosines[$0] < cosines[$1] } ?? 0
            return look.truth.contains(sentences[best])
        }
        return Double(right) / Double(looks.count)
    }

    @Test("finds the right sentence as often as in 32-bit floats, to half a point")
    func retrieval() async throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let manifest = try decoder.decode(
            Manifest.self, from: Data(contentsOf: Self.demo.appending(path: "MANIFEST.json")))
        let clip = try #require(manifest.clips.first)
        let (looks, sentences) = (try looks(clip), Array(Set(clip.groundingQueries.map(\.query))).sorted())
        #expect(looks.count > 200 && sentences.count > 3)
        let floats = try await accuracy(looks, sentences, .fp32)
        let bytes = try await accuracy(looks, sentences, .int8)
        // Far above guessing, else half a point would say nothing.
        #expect(floats > 2 / Double(sentences.count))
        #expect(abs(floats - bytes) <= 0.005, "\(floats) in floats, \(bytes) in int8, of \(looks.count)")
    }
}
