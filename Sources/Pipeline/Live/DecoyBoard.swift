internal import Base
internal import Grounding

/// The sentences that calibrate standing queries, as the engine sees them: the same for all cameras, and there some seconds after the
/// daemon began.
public final class DecoyBoard: Sendable {
    private let list = Locked<[TextEncoding]>([])

    /// A board without sentences: queries run at the levels shipped with the encoder.
    public init() {}

    /// The sentences; none while they are not known.
    var encodings: [TextEncoding] { list.withLock { $0 } }

    /// Encodes the sentences, one after the other, so that cameras go before. Throws `ModelError` for an encoder that knows no
    /// sentences, and `CancellationError` when the task is cancelled.
    public func fill(by engine: InferenceEngine) async throws {
        var encoded: [TextEncoding] = []
        for sentence in DecoySentences.all {
            try Task.checkCancellation()
            encoded.append(try await engine.encode(text: sentence))
        }
        let all = encoded
        list.withLock { $0 = all }
    }
}
