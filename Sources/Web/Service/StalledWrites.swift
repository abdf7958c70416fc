internal import NIOCore
internal import NIOHTTPTypes

/// Ends a connection whose client does not take what it is sent, since each such client would hold memory for ever.
final class StalledWrites: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    private var pending = 0
    private var deadline: Scheduled<Void>?

    init(patience: TimeAmount) { self.patience = patience }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        pending += 1
        if deadline == nil { schedule(bound) }
        promise.futureResult.whenComplete { _ in
            let (handler, _) = bound.value
            handler.pending -= 1
            // Something went out: the next write has the whole time again.
            handler.deadline?.cancel()
            handler.deadline = nil
            if handler.pending > 0 { handler.schedule(bound) }
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }

    private func schedule(_ bound: NIOLoopBound<(handler: StalledWrites, context: ChannelHandlerContext)>) {
        deadline = bound.value.context.eventLoop.scheduleTask(in: patience) {
            let (handler, context) = bound.value
            handler.deadline = nil
            if handler.pending > 0 { context.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension StalledWrites: Sendable {}
