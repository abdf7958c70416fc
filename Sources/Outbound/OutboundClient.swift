internal import Base

/// The one way out: HTTP, HTTPS and mail, each transfer on a thread of ours while the caller only waits.
///
/// Connections are kept for the next transfer. Cancelling the calling task ends its transfer at once.
public final class OutboundClient: Sendable {
    /// Workers that wait for the next transfer with their connections open; more end when they are done.
    private static let idleWorkers = 4

    private let network: NetworkSettings
    private let idle = Locked<[TransferWorker]>([])

    /// A client for a machine with these settings.
    public init(_ network: NetworkSettings) { self.network = network }

    /// Sends `request` and takes the whole reply into memory. A status that is no success is a reply like any other.
    public func send(_ request: HTTPRequest) async throws(OutboundError) -> HTTPReply {
        let plan = try plan(request, .memory)
        return reply(try await run(plan), plan)
    }

    /// Sends `request` and writes the body of a success to the file at `path`, which is made if it is not there, and
    /// synchronised. With `offset`, the file's first bytes are kept and only the rest is asked for; a server that sends
    /// everything all the same replaces them. A body that ends early leaves in the file what came. A status that is no
    /// success leaves the file as it was.
    public func download(
        _ request: HTTPRequest, to path: String, offset: Int64 = 0
    ) async throws(OutboundError) -> DownloadedFile {
        let plan = try plan(request, .file(path: path, offset: max(0, offset)))
        let result = try await run(plan)
        return DownloadedFile(reply: reply(result, plan), kept: result.kept, written: result.written)
    }

    private func plan(_ request: HTTPRequest, _ target: ReplyTarget) throws(OutboundError) -> TransferPlan {
        TransferPlan(
            content: .http(request, target), address: try request.checkedAddress(), limits: request.limits,
            what: request.purpose, network: network)
    }

    private func reply(_ result: TransferResult, _ plan: TransferPlan) -> HTTPReply {
        HTTPReply(
            status: result.status, headers: result.headers, body: result.body, what: plan.what,
            address: plan.address.printable)
    }

    /// Sends `message` through `server`.
    public func send(_ message: MailMessage, through server: MailServer) async throws(OutboundError) {
        let plan = TransferPlan(
            content: .mail(server, try message.envelope(), message.bytes), address: try server.checkedAddress(),
            limits: server.limits, what: "send mail through", network: network)
        _ = try await run(plan)
    }

    private func run(_ plan: TransferPlan) async throws(OutboundError) -> TransferResult {
        let signal = TransferSignal()
        let worker = idle.withLock { $0.popLast() } ?? TransferWorker()
        let result = await withTaskCancellationHandler {
            await worker.run(plan, signal)
        } onCancel: {
            signal.cancel()
        }
        idle.withLock { if $0.count < Self.idleWorkers { $0.append(worker) } }
        return try result.get()
    }
}
