public import VLM

/// Answers in words about frames: a video-LLM in this process, remote ones, or a script in tests. Everything above cannot
/// tell which.
public protocol VideoNarrator: Sendable {
    /// Its name, as rows and people see it.
    var name: String { get }
    /// SHA-256 over its files, in hexadecimal.
    var digest: String { get }
    /// Most frames that it is shown at once; of more it keeps a memory.
    var frameLimit: Int { get }

    /// Whether it may be asked now; what waits keeps waiting while it may not.
    var isAvailable: Bool { get }
    /// How many answers it can work on at a time.
    var width: Int { get }

    /// The answer to `request`; `onText` is told what it adds as it is written. Throws `ModelError`, and `CancellationError`
    /// within a job of the engine when the task is cancelled.
    func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration
}

extension VideoNarrator {
    /// A model in this process always may.
    public var isAvailable: Bool { true }
    /// A model in this process works on one.
    public var width: Int { 1 }
}

/// What a narrator is asked.
public struct NarrationRequest: Sendable {
    /// What the answer has to be.
    public enum Form: Sendable {
        /// An `EventDescription`, whatever the model would rather say.
        case description
        /// Words.
        case free
    }

    /// What a memory of more frames than fit keeps sharp.
    public enum Focus: Sendable {
        /// All of the clip alike (MovieChat's global mode).
        case whole
        /// The end (breakpoint mode).
        case end
    }

    /// In order of time; none, where the form is free, for a question about the question's own text.
    public var frames: [ShownFrame]
    /// Seconds that the clip lasts.
    public var duration: Double
    /// The question, or what is to be described.
    public var question: String
    /// What the answer has to be.
    public var form: Form
    /// What is kept sharp.
    public var focus: Focus
    /// Most tokens written.
    public var tokenLimit: Int
    /// When the answer is given up.
    public var deadline: ContinuousClock.Instant?
    /// Whose beginnings are alike: answers about one camera share what their prompts begin with.
    public var group: String?

    /// A question about a whole clip.
    public init(
        frames: [ShownFrame], duration: Double, question: String, form: Form, focus: Focus = .whole,
        tokenLimit: Int = 256, deadline: ContinuousClock.Instant? = nil, group: String? = nil
    ) {
        (self.frames, self.duration, self.question, self.form) = (frames, duration, question, form)
        (self.focus, self.tokenLimit, self.deadline, self.group) = (focus, tokenLimit, deadline, group)
    }
}

/// An answer, and what it took.
public struct Narration: Sendable {
    /// The answer.
    public let text: String
    /// Seconds of the frames that the model was shown, merged ones by their first.
    public let shown: [Double]
    /// Tokens of the prompt, of which `reused` had been read before, and of the answer.
    public let tokensRead, tokensReused, tokensWritten: Int
    /// The model that answered, where a narrator has several; nil for its own name.
    public let model: String?

    /// Gathers the parts.
    public init(
        text: String, shown: [Double], tokensRead: Int, tokensReused: Int, tokensWritten: Int, model: String? = nil
    ) {
        (self.text, self.shown, self.tokensRead) = (text, shown, tokensRead)
        (self.tokensReused, self.tokensWritten, self.model) = (tokensReused, tokensWritten, model)
    }
}
