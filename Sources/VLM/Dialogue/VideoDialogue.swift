public import Base
package import NN

// Letters: F visual tokens · D width of the decoder · M tokens of a prompt.

/// A frame that a model is shown, and the second of the clip at which it was taken.
public struct ShownFrame: Sendable {
    /// The picture.
    public let picture: Picture
    /// Seconds from the clip's start.
    public let seconds: Double

    /// A frame.
    public init(_ picture: Picture, seconds: Double) { (self.picture, self.seconds) = (picture, seconds) }
}

/// A video-LLM with all that belongs to it: networks, processor, prompt, tokenizer, stop rules. Immutable and shareable; what
/// one answer needs lives in the passes and the ``Generator`` that it makes.
package protocol VideoDialogue: Sendable {
    /// The language model.
    var decoder: TextDecoder { get }
    /// Text to tokens.
    var tokenizer: TextTokenizer { get }
    /// Tokens to text.
    var detokenizer: Detokenizer { get }
    /// Tokens that end an answer.
    var stops: Set<Int> { get }
    /// The id that stands for one visual token of a frame.
    var visualToken: Int { get }
    /// Most frames that the model is made for.
    var frameLimit: Int { get }
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal.
    var digest: String { get }

    /// Which of `count` frames that are evenly spread over a clip of `duration` seconds the published sampling takes.
    func sampled(count: Int, duration: Double) -> [Int]

    /// The way of each frame through the vision tower, and how many visual tokens it will give. With `isEqual` all frames give
    /// as many; else those that show nothing new may give fewer, where the model was trained so.
    func passes(_ frames: [ShownFrame], isEqual: Bool) -> [(pass: VisionPass, tokens: Int)]

    /// The published prompt: frames at these seconds of a clip of `duration` seconds, then `question`. A frame is written as
    /// ``frameMark``; without frames it is a question to the language model alone.
    func prompt(times: [Double], duration: Double, question: String) -> String

    /// How the prompt writes one frame's place.
    var frameMark: String { get }

    /// The ids of a prompt, with each frame's mark repeated for each of its visual tokens.
    func ids(of prompt: String, tokens: [Int]) throws(ModelError) -> [Int]
}

extension VideoDialogue {
    /// The ids of the published prompt over frames that give `tokens` visual tokens each. Nothing in `question` is read as a
    /// mark.
    package func ids(
        times: [Double], tokens: [Int], duration: Double, question: String
    ) throws(ModelError) -> [Int] {
        var clean = tokenizer.withoutMarks(question)
        while clean.contains(frameMark) { clean = TextNormalizer.replace(frameMark, with: "").applied(to: clean) }
        return try ids(of: prompt(times: times, duration: duration, question: clean), tokens: tokens)
    }

    /// The ids of a prompt in which every frame's mark is a token of the vocabulary.
    func expandedIDs(of prompt: String, mark: Int, tokens: [Int]) throws(ModelError) -> [Int] {
        var (ids, frame) = ([Int](), 0)
        for id in try tokenizer.ids(of: prompt) {
            guard id == mark else {
                ids.append(id)
                continue
            }
            guard frame < tokens.count else { break }
            ids += Array(repeating: visualToken, count: tokens[frame])
            frame += 1
        }
        guard frame == tokens.count else {
            throw .invalidText(reason: "\(frame) places for \(tokens.count) frames in the prompt")
        }
        return ids
    }

    /// ids of M tokens and the visual tokens [F, D] of all frames → [M, D].
    package func embedded(_ ids: [Int], visual: Tensor) throws(ModelError) -> Tensor {
        var embedded = decoder.embed(ids)
        try VisualPlaces.fill(&embedded, ids, [visualToken], with: visual)
        return embedded
    }

    /// `count` numbers from 0 to `last`, evenly spread, truncated, each once (`numpy.linspace`).
    static func spread(_ count: Int, from first: Int = 0, to last: Int) -> [Int] {
        guard count > 1, last > first else { return [first] }
        var result: [Int] = []
        for index in 0..<count {
            let place = first + Int(Double(index) * Double(last - first) / Double(count - 1))
            if result.last != place { result.append(place) }
        }
        return result
    }
}

/// The parts of a dialogue that every recipe reads alike.
struct DialogueFiles {
    let tokenizer: TextTokenizer
    let detokenizer: Detokenizer
    let stops: Set<Int>
    let digest: String

    /// Reads tokenizer, stop tokens (`generation_config.json`, and those that `ends` writes) and digest of `folder`.
    init(_ folder: ModelFolder, vocabulary: Int, ends: [String], label: String) throws(ModelError) {
        (tokenizer, detokenizer) = try Detokenizer.load(folder: folder.path)
        guard tokenizer.largestID < vocabulary else {
            throw .badTokenizer(
                file: folder.path + "/tokenizer.json", key: "vocab",
                problem: "id \(tokenizer.largestID), but the model has \(vocabulary) tokens")
        }
        var stops = Set(ends.compactMap(tokenizer.id(of:)))
        if folder.has("generation_config.json") {
            let file = try ConfigurationFile(folder: folder.path, name: "generation_config.json")
            let value = file.json["eos_token_id"]
            stops.formUnion((value?.array ?? [value].compactMap(\.self)).compactMap(\.integer))
        }
        guard !stops.isEmpty else {
            throw .badConfiguration(
                file: folder.path + "/generation_config.json", key: "eos_token_id",
                problem: "no token ends an answer")
        }
        self.stops = stops
        if let quantised = folder.quantised {
            digest = quantised.digest
        } else {
            digest = try Self.digest(of: folder, label: label)
        }
    }

    static func digest(of folder: ModelFolder, label: String) throws(ModelError) -> String {
        try folder.digest(label: label, more: ["tokenizer.json"], weights: folder.weights)
    }

    /// The id of the token written `text`. Throws when the vocabulary lacks it.
    func id(of text: String, file: String) throws(ModelError) -> Int {
        guard let id = tokenizer.id(of: text) else {
            throw .badTokenizer(
                file: file + "/tokenizer.json", key: "\"\(text)\"", problem: "missing, but prompts have it")
        }
        return id
    }
}

extension Recipe {
    /// Loads the model in `folder` as one that answers in words about frames; its linear layers compute in `precision`. With
    /// `directory`, which must exist, weights that were quantised once are read from a file there at the next start.
    package static func loadDialogue(
        folder: String, precision: Precision = .fp32, keepingIn directory: String? = nil
    ) throws(ModelError) -> any VideoDialogue {
        let recipe = try Recipe(folder: folder)
        var files = ModelFolder(path: folder, precision: precision)
        guard let label = recipe.dialogueLabel else {
            throw .unsupportedModel(
                file: folder + "/config.json", found: recipe.rawValue,
                supported: allCases.filter(\.isDescriber).map(\.rawValue))
        }
        // A folder whose digest cannot be made says why when it is read.
        if let directory, precision != .fp32, let digest = try? DialogueFiles.digest(of: files, label: label) {
            files.quantised = QuantisedFile(directory: directory, digest: digest)
        }
        let dialogue: any VideoDialogue =
            switch recipe {
            case .smolVLM: try SmolVLMDialogue(files, label: label)
            case .videoLLaVA: try VideoLLaVADialogue(files, label: label)
            default: try VideoLLaMA3Dialogue(files, label: label)
            }
        files.quantised?.save()
        return dialogue
    }

    /// What digests of such models begin with; nil for those that do not answer in words about frames.
    private var dialogueLabel: String? {
        switch self {
        case .smolVLM: "alertd smolvlm dialogue 1"
        case .videoLLaVA: "alertd video_llava dialogue 1"
        case .videoLLaMA3, .videoLLaMA3Original: "alertd videollama3 dialogue 1"
        default: nil
        }
    }

    /// Whether the model answers in words about frames.
    public var isDescriber: Bool { dialogueLabel != nil }
}
