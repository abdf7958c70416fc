internal import Anomaly
internal import Base
internal import VLM

/// A video-LLM as the text methods ask it: about pictures, or about texts alone.
struct AskedNarrator: PictureNarrator {
    /// Characters of a question below which nothing is gained by asking less.
    private static let shortest = 100

    private let narrator: any VideoNarrator

    init(_ narrator: any VideoNarrator) { self.narrator = narrator }

    /// A question that the model has no room for is asked by its first half.
    func generate(instruction: String, question: String, limit: Int) async throws -> String {
        do {
            return try await reply(to: instruction + "\n\n" + question, [], limit)
        } catch let ModelError.contextTooLong(tokens, most) {
            guard question.count > Self.shortest else {
                throw ModelError.contextTooLong(tokens: tokens, limit: most)
            }
            let half = String(question.prefix(question.count / 2))
            return try await generate(instruction: instruction, question: half, limit: limit)
        }
    }

    func answer(_ question: String, about moments: [SeenMoment], limit: Int) async throws -> String {
        let start = moments.first?.time ?? WallTime(microseconds: 0)
        let frames = EngineNarrator.spread(moments, narrator.frameLimit).map {
            ShownFrame($0.picture, seconds: $0.time.seconds(since: start))
        }
        return try await reply(to: question, frames, limit)
    }

    private func reply(to question: String, _ frames: [ShownFrame], _ limit: Int) async throws -> String {
        let request = NarrationRequest(
            frames: frames, duration: max(1, frames.last?.seconds ?? 1), question: question, form: .free,
            tokenLimit: limit)
        return try await narrator.answer(request) { _ in }.text
    }
}
