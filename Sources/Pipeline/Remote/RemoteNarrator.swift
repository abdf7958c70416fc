internal import Base
internal import Foundation
public import Outbound
internal import VLM

/// A video-LLM behind an OpenAI-compatible endpoint (vLLM, SGLang, llama.cpp, Ollama …): frames leave this process.
///
/// One request at a time. An endpoint that fails is left alone for a while and then tried by a real request; events wait
/// meanwhile and nothing else notices.
public final class RemoteNarrator: VideoNarrator {
    /// Where, and how much.
    public struct Settings: Sendable {
        /// Such as `https://:KEY@host/v1`; the password is sent as bearer token.
        public var url: String
        /// The model's name there; nil for the first that the endpoint lists.
        public var model: String?
        /// Most frames of a request.
        public var frameLimit = 8
        /// Longest answer, in time.
        public var timeLimit = Duration.seconds(120)
        /// When it is left alone.
        public var breaker = CircuitBreaker()

        /// An endpoint, with defaults.
        public init(url: String, model: String? = nil) { (self.url, self.model) = (url, model) }
    }

    private struct State {
        var breaker: CircuitBreaker
        var model: String?
        /// Whether the endpoint takes a schema; false once it has refused one.
        var takesSchema = true
        var isBusy = false
    }

    /// The model's name there, once it is known.
    public var name: String { state.withLock { $0.model } ?? "remote" }
    /// There are no files to be digested: empty.
    public let digest = ""
    /// Most frames that one request shows.
    public let frameLimit: Int

    private let endpoint: RemoteEndpoint
    private let client: OutboundClient
    private let timeLimit: Duration
    private let state: Locked<State>

    /// A narrator; nothing is asked yet. Throws ``RemoteFailure/refused(why:)`` for an address that cannot be read.
    public init(_ settings: Settings, client: OutboundClient) throws(RemoteFailure) {
        endpoint = try RemoteEndpoint(settings.url)
        (self.client, frameLimit, timeLimit) = (client, settings.frameLimit, settings.timeLimit)
        state = Locked(State(breaker: settings.breaker, model: settings.model))
    }

    /// False while the endpoint is left alone, or is busy.
    public var isAvailable: Bool { state.withLock { !$0.isBusy && $0.breaker.allows(at: .now) } }

    /// See ``VideoNarrator``. Throws ``RemoteFailure`` too; ``RemoteFailure/unavailable(why:)`` says to come again.
    public func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration {
        guard !request.frames.isEmpty || request.form == .free else {
            throw ModelError.invalidText(reason: "no frames to look at")
        }
        let mayBegin = state.withLock { state in
            guard !state.isBusy, state.breaker.begin(at: .now) else { return false }
            state.isBusy = true
            return true
        }
        guard mayBegin else { throw RemoteFailure.unavailable(why: "it is left alone after failures, or busy") }
        do {
            let narration = try await converse(request)
            state.withLock { state in
                state.isBusy = false
                state.breaker.succeed()
            }
            onText(narration.text)
            return narration
        } catch {
            state.withLock { state in
                state.isBusy = false
                if Task.isCancelled {
                    state.breaker.abandon(at: .now)
                } else if case RemoteFailure.malformed? = error as? RemoteFailure {
                    // It answers; what it says is another matter.
                    state.breaker.succeed()
                } else {
                    state.breaker.fail(at: .now, asked: (error as? RemoteFailure)?.retryAfter)
                }
            }
            try Task.checkCancellation()
            throw error
        }
    }

    /// The answer, repaired once when it has not the form that was asked for.
    private func converse(_ request: NarrationRequest) async throws -> Narration {
        let frames = EngineNarrator.spread(request.frames, frameLimit)
        let model = try await chosenModel(request)
        var conversation = try RemoteConversation(request, frames, model: model)
        var reply = try await ask(conversation, request)
        if request.form == .description, RemoteConversation.description(in: reply.text) == nil {
            conversation.addRepair(of: reply.text)
            let second = try await ask(conversation, request)
            reply = second.adding(reply)
        }
        var text = reply.text
        if request.form == .description {
            guard let found = RemoteConversation.description(in: text) else {
                throw RemoteFailure.malformed(why: "twice no description of the form that was asked for")
            }
            text = found
        }
        return Narration(
            text: text, shown: frames.map(\.seconds), tokensRead: reply.tokensRead, tokensReused: 0,
            tokensWritten: reply.tokensWritten)
    }

    private func chosenModel(_ request: NarrationRequest) async throws(RemoteFailure) -> String {
        if let known = state.withLock({ $0.model }) { return known }
        let reply = try await send(endpoint.request(.get, "models", limit(request)))
        guard reply.isSuccess else { throw RemoteFailure(reply) }
        guard let found = RemoteConversation.firstModel(in: reply.body) else {
            throw .malformed(why: "it lists no model")
        }
        state.withLock { $0.model = found }
        return found
    }

    /// One request; without a schema when the endpoint refuses it.
    private func ask(_ conversation: RemoteConversation, _ request: NarrationRequest) async throws(RemoteFailure)
        -> RemoteReply
    {
        let takesSchema = request.form == .description && state.withLock { $0.takesSchema }
        var post = endpoint.request(.post, "chat/completions", limit(request))
        post.body = conversation.body(withSchema: takesSchema)
        let reply = try await send(post)
        if takesSchema, [400, 404, 415, 422, 501].contains(reply.status) {
            post.body = conversation.body(withSchema: false)
            let plain = try await send(post)
            if plain.isSuccess { state.withLock { $0.takesSchema = false } }
            return try RemoteReply(plain)
        }
        return try RemoteReply(reply)
    }

    private func send(_ request: HTTPRequest) async throws(RemoteFailure) -> HTTPReply {
        do throws(OutboundError) {
            return try await client.send(request)
        } catch {
            throw RemoteFailure(error)
        }
    }

    /// What is left until the deadline, and no more than is waited for any answer.
    private func limit(_ request: NarrationRequest) -> Duration {
        let left = request.deadline.map { $0 - .now } ?? timeLimit
        return max(min(left, timeLimit), .milliseconds(1))
    }
}
