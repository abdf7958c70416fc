internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Gives the library's empty answer to a request that is no HTTP the form of every other refusal.
///
/// What cannot be read never reaches the responder. The library answers it with a bare 400; answers of this service are
/// known by a header that all of them carry.
final class UnreadableRequests: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let isEncrypted: Bool

    init(isEncrypted: Bool) { self.isEncrypted = isEncrypted }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let given) = unwrapOutboundIn(data), given.status == .badRequest,
            given.headerFields[.xContentTypeOptions] == nil
        else {
            context.write(data, promise: promise)
            return
        }
        var (head, body) = Answer.problemParts(
            .badRequest(parameter: nil, "the request is not well-formed HTTP/1.1, or its head is too large"))
        SecurityHeaders.add(to: &head.headerFields, isEncrypted: isEncrypted)
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
    }
}

@available(*, unavailable)
extension UnreadableRequests: Sendable {}
