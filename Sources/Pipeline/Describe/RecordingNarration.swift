internal import Base
public import Ingest
public import VLM

/// Describes a recording, or answers a question about it, without a database: decode → a few frames → a video-LLM.
public struct RecordingNarration: Sendable {
    /// Frames of a part of a recording.
    public struct Clip: Sendable {
        /// Seconds from the recording's first frame, or from the beginning of a camera's time in question.
        public let start, end: Double
        /// Its frames; their seconds count from ``start``.
        public let frames: [ShownFrame]
    }

    private let narrator: any VideoNarrator

    /// Asks `narrator`.
    public init(narrator: any VideoNarrator) { self.narrator = narrator }

    /// The frames of `source` from second `from` to second `to`. `progress` is told the seconds read so far. Throws
    /// `IngestError`.
    public func clip(
        of source: FileSource, from: Double, to: Double, progress: (Double) -> Void
    ) async throws -> Clip {
        let kept = try await source.withFrames { frames in
            var kept = ThinnedFrames()
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                progress(seconds)
                if seconds >= to { break }
                if seconds < from { continue }
                kept.append { ShownFrame(frame.picture, seconds: seconds - from) }
            }
            return kept.frames
        }
        try Task.checkCancellation()
        let end = min(to, source.statistics.mediaSeconds)
        return Clip(start: from, end: max(end, from + (kept.last?.seconds ?? 0)), frames: kept)
    }

    /// A description of `clip`, and what it took. `onText` is told the sentences as they are written. Throws `ModelError`.
    public func describe(
        _ clip: Clip, onText: @Sendable (String) -> Void
    ) async throws -> (description: EventDescription, narration: Narration) {
        let stream = Locked(DescriptionStream())
        let narration = try await narrator.answer(
            request(clip, "Describe what happens.", .description, .whole, tokens: 256)
        ) { text in
            let sentence = stream.withLock { $0.append(text) }
            if !sentence.isEmpty { onText(sentence) }
        }
        return (try EventDescription(parsing: narration.text), narration)
    }

    /// The answer to `question` about `clip`; with `atEnd` about its last moment, else about all of it. Throws `ModelError`.
    public func ask(
        _ question: String, about clip: Clip, atEnd: Bool, onText: @Sendable (String) -> Void
    ) async throws -> Narration {
        try await narrator.answer(request(clip, question, .free, atEnd ? .end : .whole, tokens: 300), onText: onText)
    }

    private func request(
        _ clip: Clip, _ question: String, _ form: NarrationRequest.Form, _ focus: NarrationRequest.Focus, tokens: Int
    ) -> NarrationRequest {
        let isLong = clip.frames.count > 4 * narrator.frameLimit
        let frames = isLong ? clip.frames : EngineNarrator.spread(clip.frames, narrator.frameLimit)
        return NarrationRequest(
            frames: frames, duration: max(1, clip.end - clip.start), question: question, form: form, focus: focus,
            tokenLimit: tokens)
    }
}
