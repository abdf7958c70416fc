import Base
import NN

/// Video-LLaVA as a whole (Hugging Face `VideoLlavaProcessor`): eight frames spread over the clip, Vicuna's prompt.
package struct VideoLLaVADialogue: VideoDialogue {
    private let model: VideoLLaVA
    private let processor: ImageProcessor
    package let tokenizer: TextTokenizer
    package let detokenizer: Detokenizer
    package let stops: Set<Int>
    package let digest: String
    package let frameLimit = 8
    package let frameMark = "<video>"

    package var decoder: TextDecoder { model.decoder }
    package var visualToken: Int { model.videoToken }

    init(_ folder: ModelFolder, label: String) throws(ModelError) {
        model = try VideoLLaVA(folder)
        let files = try DialogueFiles(
            folder, vocabulary: model.decoder.vocabulary, ends: ["</s>"], label: label)
        let mark = try files.id(of: frameMark, file: folder.path)
        guard mark == model.videoToken else {
            throw .badConfiguration(
                file: folder.path + "/config.json", key: "video_token_index",
                problem: "\(model.videoToken), but the tokenizer's <video> is \(mark)")
        }
        (tokenizer, detokenizer) = (files.tokenizer, files.detokenizer)
        (stops, digest) = (files.stops, files.digest)
        processor = try ImageProcessor(
            folder.preprocessor, side: model.imageSize, defaults: .clip(side: model.imageSize))
    }

    package func sampled(count: Int, duration: Double) -> [Int] {
        count > 0 ? Self.spread(min(frameLimit, count), to: count - 1) : []
    }

    package func passes(_ frames: [ShownFrame], isEqual: Bool) -> [(pass: VisionPass, tokens: Int)] {
        let (model, processor) = (model, processor)
        return frames.map { frame in
            (model.pass { processor.pixels(of: [frame.picture]) }, model.tokensPerFrame)
        }
    }

    /// One mark stands for all frames; they have no times.
    package func prompt(times: [Double], duration: Double, question: String) -> String {
        "USER: \(times.isEmpty ? "" : frameMark + "\n")\(question) ASSISTANT:"
    }

    package func ids(of prompt: String, tokens: [Int]) throws(ModelError) -> [Int] {
        tokenizer.before
            + (try expandedIDs(
                of: prompt, mark: visualToken, tokens: tokens.isEmpty ? [] : [tokens.reduce(0, +)]))
    }
}
