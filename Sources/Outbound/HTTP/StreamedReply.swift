/// A reply whose body is read while it comes. One reader.
public struct StreamedReply: Sendable {
    /// RFC 9110's status code.
    public let status: Int
    /// Its headers.
    public let headers: HTTPHeaders
    private let handOver: StreamHandOver
    private let signal: TransferSignal
    private let what: String, address: String

    init(
        _ handOver: StreamHandOver, _ signal: TransferSignal, _ plan: TransferPlan
    ) async throws(OutboundError) {
        (self.handOver, self.signal) = (handOver, signal)
        (what, address) = (plan.what, plan.address.printable)
        guard case .head(let status, let headers) = try await Self.next(handOver, signal, what, address) else {
            throw .interrupted(what: what, address: address, why: "there was no reply")
        }
        (self.status, self.headers) = (status, headers)
    }

    /// Whether the server does what was asked.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The next piece of the body, waiting for it; nil at its end. Throws when the transfer fails.
    public func next() async throws(OutboundError) -> [UInt8]? {
        while let item = try await Self.next(handOver, signal, what, address) {
            if case .bytes(let bytes) = item { return bytes }
        }
        return nil
    }

    /// The rest of the body, at most `limit` bytes of it.
    public func rest(atMost limit: Int) async throws(OutboundError) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < limit, let bytes = try await next() { all += bytes }
        return Array(all.prefix(limit))
    }

    private static func next(
        _ handOver: StreamHandOver, _ signal: TransferSignal, _ what: String, _ address: String
    ) async throws(OutboundError) -> StreamItem? {
        let item: StreamItem?
        do {
            item = try await handOver.next()
        } catch let error as OutboundError {
            throw error
        } catch {
            throw .interrupted(what: what, address: address, why: "\(error)")
        }
        if item == nil, Task.isCancelled { throw .cancelled(what: what, address: address) }
        signal.wake()
        return item
    }
}

extension StreamedReply: AsyncSequence {
    /// Takes pieces of the body until its end.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let reply: StreamedReply

        /// See ``StreamedReply/next()``.
        public mutating func next() async throws -> [UInt8]? { try await reply.next() }
    }

    /// Iterates over the pieces still to come.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reply: self) }
}
