import Base
import NN

/// VideoLLaMA3 as a whole: one size for all frames of a clip, tokens that changed (DiffFP), times in the prompt. Under either
/// of the two published layouts.
package struct VideoLLaMA3Dialogue: VideoDialogue {
    private let model: VideoLLaMA3
    private let processor: ClipProcessor
    private let limits: (fewest: Int, most: Int)
    private let countsTokens: Bool
    package let tokenizer: TextTokenizer
    package let detokenizer: Detokenizer
    package let stops: Set<Int>
    package let digest: String
    package let frameLimit: Int
    package let visualToken: Int
    package let frameMark = VideoLLaMA3Prompt.picture

    package var decoder: TextDecoder { model.decoder }

    /// Squares of patches that become one token in videos.
    private static let merge = 2

    init(_ folder: ModelFolder, label: String) throws(ModelError) {
        model = try VideoLLaMA3(folder)
        let files = try DialogueFiles(
            folder, vocabulary: model.decoder.vocabulary, ends: ["<|im_end|>"], label: label)
        (tokenizer, detokenizer) = (files.tokenizer, files.detokenizer)
        (stops, digest) = (files.stops, files.digest)
        visualToken = model.frameToken
        processor = ClipProcessor(patchSize: model.patchSize, merge: Self.merge)
        let file = try folder.preprocessor
        countsTokens = model.isOriginal
        if model.isOriginal {
            limits = (
                try file?.integer("min_tokens", default: 16, in: 1...65536) ?? 16,
                try file?.integer("max_tokens", default: 16384, in: 1...1_048_576) ?? 16384
            )
        } else {
            let size = try file?.object("size")
            limits = (
                try size?.integer("shortest_edge", default: 100_352, in: 1...1 << 30) ?? 100_352,
                try size?.integer("longest_edge", default: 602_112, in: 1...1 << 30) ?? 602_112
            )
        }
        frameLimit = try file?.integer("max_frames", default: 180, in: 1...4096) ?? 180
    }

    /// One frame a second; where there are too many, as many spread over the clip.
    package func sampled(count: Int, duration: Double) -> [Int] {
        guard count > 0 else { return [] }
        let wanted = max(1, Int(min(1e9, duration)))
        return Self.spread(min(frameLimit, wanted, count), to: count - 1)
    }

    package func passes(_ frames: [ShownFrame], isEqual: Bool) -> [(pass: VisionPass, tokens: Int)] {
        guard let first = frames.first else { return [] }
        let rule =
            countsTokens
            ? ClipProcessor.Rule.tokens(fewest: limits.fewest, most: limits.most)
            : .pixels(fewest: limits.fewest, most: limits.most / frames.count)
        let size = processor.size(
            height: first.picture.height, width: first.picture.width, frames: frames.count, rule)
        let (patches, grid) = processor.patches(of: frames.map(\.picture), size: size)
        let kept =
            isEqual
            ? Array(repeating: Array(repeating: true, count: grid.tokensPerFrame), count: frames.count)
            : FrameDifferenceFilter().kept(patches, grid)
        let single = PatchGrid(frames: 1, rows: grid.rows, columns: grid.columns, merge: grid.merge)
        return frames.indices.map { frame in
            let rows = frame * grid.patchesPerFrame..<(frame + 1) * grid.patchesPerFrame
            let pass = model.pass(patches.rows(rows), single, kept: kept[frame])
            return (pass, kept[frame].count { $0 })
        }
    }

    package func prompt(times: [Double], duration: Double, question: String) -> String {
        let shown: [VideoLLaMA3Prompt.Part] = times.isEmpty ? [] : [.frames(seconds: times)]
        return VideoLLaMA3Prompt.text(
            [.init(role: "user", parts: shown + [.text(question)])], asksForAnswer: true)
    }

    /// The mark is no token of every vocabulary: the text around it is read in pieces, which a byte-level tokenizer reads as it
    /// would around a token.
    package func ids(of prompt: String, tokens: [Int]) throws(ModelError) -> [Int] {
        let mark = Array(frameMark.utf8)
        var (ids, piece, frame) = ([Int](), [UInt8](), 0)
        let bytes = Array(prompt.utf8)
        var place = 0
        while place < bytes.count {
            guard frame < tokens.count, bytes[place...].starts(with: mark) else {
                piece.append(bytes[place])
                place += 1
                continue
            }
            ids += try tokenizer.ids(of: String(decoding: piece, as: UTF8.self))
            ids += Array(repeating: visualToken, count: tokens[frame])
            (piece, frame, place) = ([], frame + 1, place + mark.count)
        }
        guard frame == tokens.count else {
            throw .invalidText(reason: "\(frame) places for \(tokens.count) frames in the prompt")
        }
        return ids + (try tokenizer.ids(of: String(decoding: piece, as: UTF8.self)))
    }
}
