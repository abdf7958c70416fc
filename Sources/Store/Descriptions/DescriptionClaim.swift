public import Base

/// An event that a model is to look at, and until when nobody else will.
public struct DescriptionClaim: Sendable {
    /// The event as it stands.
    public let event: EventRecord
    /// Until when it is claimed; names the claim.
    public let until: WallTime
}

/// What a model said about an event, and what it was shown.
public struct WrittenDescription: Sendable, Equatable {
    /// What people are shown.
    public let sentences: String
    /// The whole answer, a JSON object.
    public let answer: String
    /// When the frames were taken.
    public let frames: [WallTime]
    /// The model's name, and the SHA-256 of its files.
    public let model, modelDigest: String
    /// Which wording it was asked with.
    public let promptVersion: String
    /// Tokens of the prompt and of the answer.
    public let tokensRead, tokensWritten: Int

    /// Gathers the parts.
    public init(
        sentences: String, answer: String, frames: [WallTime], model: String, modelDigest: String,
        promptVersion: String, tokensRead: Int, tokensWritten: Int
    ) {
        (self.sentences, self.answer, self.frames) = (sentences, answer, frames)
        (self.model, self.modelDigest, self.promptVersion) = (model, modelDigest, promptVersion)
        (self.tokensRead, self.tokensWritten) = (tokensRead, tokensWritten)
    }
}

/// Why no model looks at an event any more.
public enum DescriptionDrop: String, Sendable {
    /// Its pictures are no longer there.
    case framesGone = "frames_gone"
    /// No answer in time.
    case deadline
    /// The model refused it.
    case refused
    /// What it said had not the form of a description.
    case malformed
}
