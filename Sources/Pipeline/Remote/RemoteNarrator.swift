public import CoreMetrics
internal import Foundation
public import Outbound
internal import VLM

/// Video-LLMs behind OpenAI-compatible endpoints (vLLM, SGLang, llama.cpp, Ollama …): frames leave this process.
///
/// Each request goes to the first endpoint that is well and has room, in their order; when that one fails, to the next. One
/// that fails is left alone for a while and then tried by a real request; events wait meanwhile and nothing else notices.
public final class RemoteNarrator: VideoNarrator {
    /// An endpoint, and how much it is asked for.
    public struct Endpoint: Sendable {
        /// What logs and metrics call it.
        public var name: String
        /// Such as `https://:KEY@host/v1`; the password is sent as bearer token.
        public var url: String
        /// The model's name there; nil for the first that the endpoint lists.
        public var model: String?
        /// Most requests at a time.
        public var inFlight = 1
        /// Longest answer, in time.
        public var timeLimit = Duration.seconds(120)
        /// When it is left alone.
        public var breaker = CircuitBreaker()

        /// An endpoint, with defaults.
        public init(name: String, url: String, model: String? = nil) {
            (self.name, self.url, self.model) = (name, url, model)
        }
    }

    /// The name of the first endpoint's model, once it is known; an answer says which model wrote it.
    public var name: String { lines.first?.model ?? "remote" }
    /// There are no files to be digested: empty.
    public let digest = ""
    /// Most frames that one request shows.
    public let frameLimit: Int
    /// What all endpoints together may be asked at a time.
    public var width: Int { lines.reduce(0) { $0 + $1.inFlight } }

    private let lines: [RemoteLine]

    /// A narrator; nothing is asked yet. Throws ``RemoteFailure/refused(why:)`` for an address that cannot be read, and for
    /// no endpoint at all.
    public init(
        _ endpoints: [Endpoint], frameLimit: Int = 8, client: OutboundClient,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) throws(RemoteFailure) {
        var lines: [RemoteLine] = []
        for endpoint in endpoints { lines.append(try RemoteLine(endpoint, client: client, metrics: metrics)) }
        guard !lines.isEmpty else { throw .refused(why: "there is none") }
        (self.lines, self.frameLimit) = (lines, max(1, frameLimit))
    }

    /// False while every endpoint is left alone, or busy.
    public var isAvailable: Bool { lines.contains { $0.isAvailable } }

    /// See ``VideoNarrator``. Throws ``RemoteFailure`` too: what each endpoint that was asked said;
    /// ``RemoteFailure/unavailable(why:retryAfter:)`` says to come again.
    public func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration {
        guard !request.frames.isEmpty || request.form == .free else {
            throw ModelError.invalidText(reason: "no frames to look at")
        }
        var shown = request
        shown.frames = EngineNarrator.spread(request.frames, frameLimit)
        var failures: [(name: String, failure: RemoteFailure)] = []
        for line in lines {
            if let deadline = request.deadline, ContinuousClock.now >= deadline { break }
            guard line.begin() else { continue }
            do throws(RemoteFailure) {
                let narration = try await line.answer(shown)
                onText(narration.text)
                return narration
            } catch {
                try Task.checkCancellation()
                failures.append((line.name, error))
            }
        }
        throw RemoteFailure(of: failures)
    }

    /// What each endpoint says to a real request, a question about a small grey picture; no failure for one that answers in
    /// 20 seconds. Counts neither for nor against it.
    public func health() async -> [(name: String, model: String?, failure: RemoteFailure?)] {
        var found: [(name: String, model: String?, failure: RemoteFailure?)] = []
        for line in lines {
            let failure = await line.trial()
            found.append((line.name, line.model, failure))
        }
        return found
    }
}
