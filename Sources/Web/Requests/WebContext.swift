package import Hummingbird
package import Logging
package import NIOCore

/// What is known of a request's connection.
package struct WebContext: InitializableFromSource, Sendable {
    /// The other end's address; nil for a unix socket.
    let peer: SocketAddress?
    /// The address here that it came to.
    let local: SocketAddress?
    let logger: Logger
    /// Ends the connection, once what was written is sent.
    let close: @Sendable () -> Void

    package init(source: ApplicationRequestContextSource) {
        let channel = source.channel
        self.init(peer: channel.remoteAddress, local: channel.localAddress, logger: source.logger) {
            channel.close(promise: nil)
        }
    }

    package init(
        peer: SocketAddress?, local: SocketAddress? = nil, logger: Logger, close: @escaping @Sendable () -> Void = {}
    ) {
        (self.peer, self.local, self.logger, self.close) = (peer, local, logger, close)
    }

    /// The other end's numeric address; nil for a unix socket.
    var peerAddress: String? { peer?.ipAddress }

    /// Whether the other end is on this machine.
    var isLoopback: Bool {
        guard let address = peer?.ipAddress else { return true }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
