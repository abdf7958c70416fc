internal import Base
internal import CoreMetrics
internal import Foundation
internal import Outbound
internal import VLM

/// One endpoint of several: what is known of it, what it is asked at the moment, and whether it is left alone.
final class RemoteLine: Sendable {
    private struct State {
        var breaker: CircuitBreaker
        var model: String?
        /// The strongest way to ask for a form that it was not seen to refuse.
        var schema = SchemaForm.schema
        var underWay = 0
    }

    /// What became of requests, as the metric has it.
    private enum Outcome: String, CaseIterable {
        case answered, unavailable, refused, malformed
    }

    let name: String
    let inFlight: Int
    private let endpoint: RemoteEndpoint
    private let client: OutboundClient
    private let timeLimit: Duration
    private let state: Locked<State>
    private let outcomes: [Outcome: Counter]

    init(
        _ settings: RemoteNarrator.Endpoint, client: OutboundClient, metrics: any MetricsFactory
    ) throws(RemoteFailure) {
        endpoint = try RemoteEndpoint(settings.url)
        (name, inFlight, timeLimit) = (settings.name, max(1, settings.inFlight), settings.timeLimit)
        self.client = client
        state = Locked(State(breaker: settings.breaker, model: settings.model))
        outcomes = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { outcome in
                let labels = [("endpoint", settings.name), ("result", outcome.rawValue)]
                return (
                    outcome, Counter(label: "alertd_describe_requests_total", dimensions: labels, factory: metrics)
                )
            })
    }

    /// The model's name there, once it is known.
    var model: String? { state.withLock { $0.model } }

    /// Whether it has room and is not left alone.
    var isAvailable: Bool { state.withLock { $0.underWay < inFlight && $0.breaker.allows(at: .now) } }

    /// Takes a place; false when there is none, or it is left alone. What began must be answered.
    func begin() -> Bool {
        state.withLock { state in
            guard state.underWay < inFlight, state.breaker.begin(at: .now) else { return false }
            state.underWay += 1
            return true
        }
    }

    /// The answer to a request for which ``begin()`` took a place, which this gives back.
    func answer(_ request: NarrationRequest) async throws(RemoteFailure) -> Narration {
        do throws(RemoteFailure) {
            let narration = try await converse(request)
            state.withLock { state in
                state.underWay -= 1
                state.breaker.succeed()
            }
            outcomes[.answered]?.increment()
            return narration
        } catch {
            let isCancelled = Task.isCancelled
            state.withLock { state in
                state.underWay -= 1
                if isCancelled {
                    state.breaker.abandon(at: .now)
                } else if case .malformed = error {
                    // It answers; what it says is another matter.
                    state.breaker.succeed()
                } else {
                    state.breaker.fail(at: .now, asked: error.retryAfter)
                }
            }
            if !isCancelled { outcomes[Self.outcome(error)]?.increment() }
            throw error
        }
    }

    /// What is wrong with it; nil when it answers a small question about a small picture.
    func trial() async -> RemoteFailure? {
        let grey = Picture(width: 64, height: 64, pixels: [UInt8](repeating: 128, count: 64 * 64 * 3))
        var request = NarrationRequest(
            frames: [ShownFrame(grey, seconds: 0)], duration: 1, question: "Which colour is this? One word.",
            form: .free, deadline: .now + .seconds(20))
        request.tokenLimit = 8
        do throws(RemoteFailure) {
            _ = try await converse(request)
            return nil
        } catch {
            return error
        }
    }

    private static func outcome(_ failure: RemoteFailure) -> Outcome {
        switch failure {
        case .unavailable: .unavailable
        case .refused: .refused
        case .malformed: .malformed
        }
    }

    /// The answer, repaired once when it has not the form that was asked for.
    private func converse(_ request: NarrationRequest) async throws(RemoteFailure) -> Narration {
        let model = try await chosenModel(request)
        var conversation = try RemoteConversation(request, model: model)
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
            text: text, shown: request.frames.map(\.seconds), tokensRead: reply.tokensRead, tokensReused: 0,
            tokensWritten: reply.tokensWritten, model: model)
    }

    private func chosenModel(_ request: NarrationRequest) async throws(RemoteFailure) -> String {
        if let known = model { return known }
        let reply = try await send(endpoint.request(.get, "models", limit(request)))
        guard reply.isSuccess else { throw RemoteFailure(reply) }
        guard let found = RemoteConversation.firstModel(in: reply.body) else {
            throw .malformed(why: "it lists no model")
        }
        state.withLock { $0.model = found }
        return found
    }

    /// One request; when the endpoint refuses the way in which the form is asked for, the next weaker one.
    private func ask(_ conversation: RemoteConversation, _ request: NarrationRequest) async throws(RemoteFailure)
        -> RemoteReply
    {
        var schema = request.form == .description ? state.withLock { $0.schema } : .none
        var post = endpoint.request(.post, "chat/completions", limit(request))
        while true {
            post.body = conversation.body(schema)
            let reply = try await send(post)
            guard let weaker = schema.weaker, Self.isRefusal(ofForm: reply) else {
                let read = try RemoteReply(reply)
                if request.form == .description { state.withLock { [schema] in $0.schema = schema } }
                return read
            }
            schema = weaker
        }
    }

    /// Whether `reply` may refuse the way in which the form was asked for. llama-cpp-python says so with status 500.
    private static func isRefusal(ofForm reply: HTTPReply) -> Bool {
        if reply.status == 500 { return String(decoding: reply.body, as: UTF8.self).contains("response_format") }
        return [400, 415, 422, 501].contains(reply.status)
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
