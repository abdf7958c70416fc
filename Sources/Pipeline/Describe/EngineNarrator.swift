internal import Base
public import Foundation
internal import NN
internal import VLM

/// A video-LLM on the engine's thread: every job lasts a few hundredths of a second, so live encoding waits no longer.
public struct EngineNarrator: VideoNarrator {
    /// The folder's name.
    public let name: String
    private let engine: InferenceEngine
    private let dialogue: any VideoDialogue
    private let grammar: OutputGrammar
    private let vocabulary: TokenBytes
    private let beginnings: PromptBeginnings

    /// SHA-256 over configuration, tokenizer and weights.
    public var digest: String { dialogue.digest }
    /// Most frames that the model is made for.
    public var frameLimit: Int { dialogue.frameLimit }

    /// How long one job works before others may.
    private static let jobTime = Duration.milliseconds(40)
    /// Most frames of a long clip that go through the tower.
    static let mostFrames = 64

    /// Loads the model in `folder`, quantised unless it says otherwise, to run on `engine`. With `directory`, which must exist, the
    /// quantised weights are read from there at the next start. Throws `ModelError`.
    public init(
        folder: URL, engine: InferenceEngine, isQuantised: Bool = true, keepingIn directory: String? = nil
    ) async throws {
        let path = folder.path
        name = folder.lastPathComponent
        self.engine = engine
        dialogue = try await engine.perform {
            try Recipe.loadDialogue(
                folder: path, precision: isQuantised ? .int8Groups : .fp32, keepingIn: directory)
        }
        grammar = try OutputGrammar(EventDescription.schema)
        vocabulary = try TokenBytes(dialogue.detokenizer, count: dialogue.decoder.vocabulary)
        beginnings = PromptBeginnings()
    }

    /// Frames → visual tokens → prompt → answer.
    public func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration {
        let clip = try await shown(request)
        let ids = try dialogue.ids(
            times: clip.map(\.first), tokens: clip.map { $0.tokens.shape[0] }, duration: request.duration,
            question: request.question)
        let room = min(dialogue.decoder.contextLength - ids.count, request.tokenLimit)
        guard room > 0 else {
            throw ModelError.contextTooLong(tokens: ids.count + 1, limit: dialogue.decoder.contextLength)
        }
        let visual = Tensor(joining: clip.map(\.tokens))
        let marks = PromptBeginnings.marks(ids, visual: visual, visualID: dialogue.visualToken)
        let known = beginnings.longest(marks, group: request.group)
        let reused = known?.count ?? 0
        let isText = clip.isEmpty
        let desk = try await engine.perform { [dialogue] in
            let prompt = isText ? dialogue.decoder.embed(ids) : try dialogue.embedded(ids, visual: visual)
            let empty = dialogue.decoder.emptyCache(limit: ids.count + room, format: .fp16)
            return Desk(
                try Generator(
                    dialogue.decoder, prompt: prompt.rows(reused..<ids.count),
                    cache: known.map { $0.cache.extended(to: ids.count + room) } ?? empty,
                    sampler: Sampler(Sampler.Settings()), stops: dialogue.stops, count: room,
                    constraint: request.form == .description ? TokenConstraint(grammar, vocabulary) : nil))
        }
        let (text, written) = try await write(request, desk, onText)
        if let group = request.group {
            beginnings.keep(marks, desk.generator.withLock { $0.cache }, group: group)
        }
        return Narration(
            text: text, shown: clip.map(\.first), tokensRead: ids.count, tokensReused: reused,
            tokensWritten: written)
    }

    private func write(
        _ request: NarrationRequest, _ desk: Desk, _ onText: @Sendable (String) -> Void
    ) async throws -> (text: String, tokens: Int) {
        var stream = TextStream(dialogue.detokenizer, continues: request.form == .description)
        var (text, count) = ("", 0)
        while true {
            try check(request)
            let step = await engine.perform { desk.generator.withLock { $0.step(budget: Self.jobTime) } }
            switch step {
            case .reading: continue
            case .token(let token):
                count += 1
                let more = stream.append(token)
                text += more
                if !more.isEmpty { onText(more) }
            case .end:
                let rest = stream.finish()
                if !rest.isEmpty { onText(rest) }
                return (text + rest, count)
            }
        }
    }

    /// The visual tokens of the frames; those of a long clip through a memory.
    private func shown(_ request: NarrationRequest) async throws -> [RollingClip.Entry] {
        guard !request.frames.isEmpty else {
            if request.form == .free { return [] }
            throw ModelError.invalidText(reason: "no frames to look at")
        }
        let isLong = request.frames.count > dialogue.frameLimit
        let frames = isLong ? Self.spread(request.frames, Self.mostFrames) : request.frames
        let passes = await engine.perform { [dialogue] in dialogue.passes(frames, isEqual: isLong) }
        var entries: [RollingClip.Entry] = []
        var memory = RollingClip(limit: dialogue.frameLimit)
        for (frame, pass) in zip(frames, passes) {
            let tokens = try await seen(pass.pass, request)
            if isLong {
                memory.append(tokens, seconds: frame.seconds)
            } else {
                entries.append(RollingClip.Entry(tokens: tokens, first: frame.seconds, last: frame.seconds))
            }
        }
        return !isLong ? entries : request.focus == .whole ? memory.whole : memory.recent
    }

    private func seen(_ pass: VisionPass, _ request: NarrationRequest) async throws -> Tensor {
        let bench = Bench(pass)
        while true {
            try check(request)
            let tokens = await engine.perform { bench.pass.withLock { $0.advance(budget: Self.jobTime) } }
            if let tokens { return tokens }
        }
    }

    private func check(_ request: NarrationRequest) throws {
        try Task.checkCancellation()
        if let deadline = request.deadline, ContinuousClock.now >= deadline { throw ModelError.deadlineExceeded }
    }

    /// At most `count` of `frames`, evenly spread, the first and the last among them.
    static func spread<Element>(_ frames: [Element], _ count: Int) -> [Element] {
        guard frames.count > count, count > 1 else { return Array(frames.prefix(max(count, 1))) }
        return (0..<count).map { frames[$0 * (frames.count - 1) / (count - 1)] }
    }
}

/// An answer under way: where the engine's jobs find it.
private final class Desk: Sendable {
    let generator: Locked<Generator>

    init(_ generator: Generator) { self.generator = Locked(generator) }
}

/// A frame under way.
private final class Bench: Sendable {
    let pass: Locked<VisionPass>

    init(_ pass: VisionPass) { self.pass = Locked(pass) }
}
