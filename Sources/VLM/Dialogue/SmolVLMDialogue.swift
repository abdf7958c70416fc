import Base
import NN

/// SmolVLM2 as a whole (Hugging Face `SmolVLMProcessor` and `SmolVLMVideoProcessor`, transformers 4.53): frames brought to the
/// longest edge, then to a square; their minutes and seconds in words of the prompt.
package struct SmolVLMDialogue: VideoDialogue {
    private let model: SmolVLM
    private let processor: SquareProcessor
    package let tokenizer: TextTokenizer
    package let detokenizer: Detokenizer
    package let stops: Set<Int>
    package let digest: String
    package let frameLimit: Int
    package let frameMark = "<image>"
    private let framesPerSecond: Double

    package var decoder: TextDecoder { model.decoder }
    package var visualToken: Int { model.visualToken }

    init(_ folder: ModelFolder, label: String) throws(ModelError) {
        model = try SmolVLM(folder)
        let files = try DialogueFiles(
            folder, vocabulary: model.decoder.vocabulary, ends: ["<end_of_utterance>"],
            label: label)
        let mark = try files.id(of: frameMark, file: folder.path)
        guard mark == model.visualToken else {
            throw .badConfiguration(
                file: folder.path + "/config.json", key: "image_token_id",
                problem: "\(model.visualToken), but the tokenizer's <image> is \(mark)")
        }
        (tokenizer, detokenizer) = (files.tokenizer, files.detokenizer)
        (stops, digest) = (files.stops, files.digest)
        let file = try folder.preprocessor
        processor = try SquareProcessor(file, side: model.imageSize)
        let sampling = try file?.object("video_sampling")
        frameLimit = try sampling?.integer("max_frames", default: 64, in: 1...4096) ?? 64
        framesPerSecond = try sampling?.number("fps", default: 1, in: 1e-3...1000) ?? 1
    }

    /// `SmolVLMVideoProcessor.sample_frames`, `skip_secs` 1: one second of long clips' ends is left out.
    package func sampled(count: Int, duration: Double) -> [Int] {
        guard count > 0 else { return [] }
        let estimate = Int(min(1e9, framesPerSecond * max(0, duration)).rounded(.toNearestOrEven))
        let wanted = max(1, min(estimate, frameLimit, count))
        let rate = duration > 0 ? Double(count) / duration : 1
        var (first, last) = (0, count - 1)
        if duration - 2 > Double(frameLimit) * framesPerSecond {
            (first, last) = (Int(rate), min(Int(Double(count) - rate), count - 1))
            if first >= last { (first, last) = (0, count - 1) }
        }
        return Self.spread(wanted, from: first, to: last)
    }

    package func passes(_ frames: [ShownFrame], isEqual: Bool) -> [(pass: VisionPass, tokens: Int)] {
        let (model, processor) = (model, processor)
        return frames.map { frame in
            (model.pass { processor.pixels(of: frame.picture) }, model.tokensPerFrame)
        }
    }

    package func prompt(times: [Double], duration: Double, question: String) -> String {
        if times.isEmpty { return "<|im_start|>User: \(question)<end_of_utterance>\nAssistant:" }
        let frames = times.map {
            Self.place($0) + "<fake_token_around_image><global-img>\(frameMark)<fake_token_around_image>"
        }
        return
            "<|im_start|>User: You are provided the following series of \(NumberWords.text(times.count)) frames from a "
            + "\(Self.clock(duration)) [H:MM:SS] video.\n" + frames.joined() + "\n\n" + question
            + "<end_of_utterance>\nAssistant:"
    }

    package func ids(of prompt: String, tokens: [Int]) throws(ModelError) -> [Int] {
        try expandedIDs(of: prompt, mark: visualToken, tokens: tokens)
    }

    /// `\nFrame from 01:05:`
    private static func place(_ seconds: Double) -> String {
        let whole = Int(min(1e9, max(0, seconds)))
        return "\nFrame from \(twoDigits(whole / 60)):\(twoDigits(whole % 60)):"
    }

    /// `1:01:05`, as Python writes a `timedelta` of whole seconds below a day.
    private static func clock(_ duration: Double) -> String {
        let whole = Int(min(1e9, max(0, duration)))
        let days = whole / 86400
        let clock = "\(whole % 86400 / 3600):\(twoDigits(whole % 3600 / 60)):\(twoDigits(whole % 60))"
        return days == 0 ? clock : "\(days) day\(days == 1 ? "" : "s"), " + clock
    }

    private static func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
}

/// Whole numbers in English words, as `num2words` writes them.
enum NumberWords {
    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

    /// "twenty-one", "one hundred and five", "one thousand, two hundred"; digits from a million on.
    static func text(_ number: Int) -> String {
        switch number {
        case 0..<20: return small[number]
        case 20..<100: return tens[number / 10] + (number % 10 == 0 ? "" : "-" + small[number % 10])
        case 100..<1000:
            let rest = number % 100
            return small[number / 100] + " hundred" + (rest == 0 ? "" : " and " + text(rest))
        case 1000..<1_000_000:
            let rest = number % 1000
            let link = rest == 0 ? "" : rest < 100 ? " and " : ", "
            return text(number / 1000) + " thousand" + link + (rest == 0 ? "" : text(rest))
        default: return String(number)
        }
    }
}
