import Foundation
import Grounding
import NN
import TestSupport
import Testing

@Suite("UniVTG")
struct UniVTGTests {
    private static let file = Fixtures.folder.appending(path: "vectors/grounding/univtg_forward_small.safetensors").path

    private func model() throws -> UniVTG { try UniVTG(file: Self.file, heads: 4) }

    private func input(_ model: UniVTG, clips: Int, words: Int, seed: UInt64) -> UniVTGInput {
        var numbers = RandomNumbers(seed: seed)
        let width = model.configuration.videoWidth - 2
        return UniVTGInput(
            features: [Tensor(numbers.floats(clips * width), shape: [clips, width])],
            words: Tensor(
                numbers.floats(words * model.configuration.textWidth), shape: [words, model.configuration.textWidth]))
    }

    @Test("reads its dimensions from the weights, and the heads from a torch checkpoint")
    func dimensions() throws {
        let stored = try UniVTG(
            file: Fixtures.folder.appending(path: "vectors/grounding/univtg_small_official_layout.ckpt").path, heads: 1)
        #expect(stored.configuration == (try model().configuration))
        #expect(stored.configuration.heads == 4 && stored.configuration.width == 32 && stored.configuration.layers == 2)
    }

    @Test("several inputs together give what each gives alone")
    func batch() throws {
        let model = try model()
        let inputs = [input(model, clips: 5, words: 3, seed: 1), input(model, clips: 9, words: 8, seed: 2)]
        let together = model(inputs)
        #expect(together == inputs.map { model([$0])[0] })
        #expect(model([]).isEmpty)
    }

    @Test("a stream gives what the whole window gives, while it fills and after it slides", arguments: [1, 4, 7])
    func stream(capacity: Int) throws {
        let model = try model()
        let width = model.configuration.videoWidth - 2
        var numbers = RandomNumbers(seed: 3)
        let words = UniVTGInput.normalised(
            Tensor(numbers.floats(4 * model.configuration.textWidth), shape: [4, model.configuration.textWidth]))
        let clips = UniVTGInput.normalised(Tensor(numbers.floats(12 * width), shape: [12, width]))
        var stream = UniVTGStream(model, capacity: capacity)
        #expect(stream.output(words: words).foreground.isEmpty)
        for clip in 0..<12 {
            stream.append(clips[clip].values)
            let first = max(0, clip + 1 - capacity)
            let count = clip + 1 - first
            let rows = clips.rows(first..<clip + 1).rowArrays.enumerated().map { index, row in
                row + [Float(index) / Float(count), Float(index + 1) / Float(count)]
            }
            let whole = model([UniVTGInput(clips: Tensor(rows: rows), words: words)])[0]
            let output = stream.output(words: words)
            for (ours, theirs) in [
                (output.foreground, whole.foreground), (output.before, whole.before), (output.after, whole.after),
                (output.saliency, whole.saliency),
            ] { #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 2e-5 } && ours.count == count) }
        }
        stream.reset()
        #expect(stream.count == 0)
    }

    @Test("in bytes every probability and offset is nearly what it is in floats")
    func bytes() throws {
        let model = try model()
        let quantised = try UniVTG(file: Self.file, heads: 4, precision: .int8)
        let input = input(model, clips: 40, words: 7, seed: 5)
        let (floats, bytes) = (model([input])[0], quantised([input])[0])
        for (one, other) in [
            (floats.foreground, bytes.foreground), (floats.before, bytes.before), (floats.after, bytes.after),
            (floats.saliency, bytes.saliency),
        ] { #expect(one != other && zip(one, other).allSatisfy { abs($0 - $1) < 0.02 }, "\(one) and \(other)") }
    }

    @Test("padding changes no saliency, and nothing of the words")
    func padding() throws {
        let model = try model()
        let bare = input(model, clips: 6, words: 4, seed: 4)
        let padded = UniVTGInput(
            clips: bare.clips, words: Tensor(rows: bare.words.rowArrays + [bare.words.rowArrays[0].map { $0 + 1 }]),
            isWord: [true, true, true, true, false])
        let (one, other) = (model([bare])[0], model([padded])[0])
        #expect(zip(one.saliency, other.saliency).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(one.foreground, other.foreground).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("a file that holds no UniVTG is refused by the key it lacks")
    func refused() throws {
        let clip = Fixtures.folder.appending(path: "vectors/vlm/clip_tiny/model.safetensors").path
        let error = #expect(throws: WeightsError.self) { try UniVTG(file: clip) }
        #expect(try #require(error).description.contains("input_vid_proj.0.net.1.weight"))
        let heads = #expect(throws: WeightsError.self) { try UniVTG(file: Self.file, heads: 5) }
        #expect(try #require(heads).description.contains("input_vid_proj"))
        #expect(throws: WeightsError.self) { try UniVTG(file: Self.file, heads: 0) }
        #expect(throws: WeightsError.self) { try UniVTG(file: "/nonexistent.ckpt") }
    }

    @Test("spans are suppressed by overlap alone, and a single one stays")
    func suppression() {
        let ranking = MomentRanking(mostAfter: 2, overlap: 0.5)
        let output = UniVTGOutput(
            foreground: [0.9, 0.8, 0.1], before: [-0.3, -0.6, 0], after: [0.3, 0, 0.2], saliency: [0, 0, 0])
        let windows = ranking.windows(output, duration: 30)
        #expect(windows.map(\.score) == [0.9, 0.8, 0.1])
        #expect(ranking.suppressed(windows).count == 2)
        #expect(ranking.suppressed([windows[2]]) == [windows[2]])
        #expect(MomentRanking(overlap: nil).suppressed(windows) == windows)
    }

    @Test(
        "highlights are rounded to half precision as published",
        arguments: [
            (Float(0.1), Float(0.099_975_586)), (1, 1), (-2.3456, -2.345_703_1), (1e-8, 0), (65_520, .infinity),
            (3e-6, 2.98e-6),
        ])
    func half(value: Float, rounded: Float) {
        let output = UniVTGOutput(foreground: [0], before: [0], after: [0], saliency: [value])
        let found = MomentRanking.highlights(output, addsForeground: false)[0]
        #expect(found == rounded || abs(found - rounded) < 1e-8, "\(found)")
    }
}
