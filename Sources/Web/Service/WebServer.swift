internal import Base
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Pipeline
public import ServiceLifecycle
internal import Store

/// The HTTP service: the page, the API and the metrics, as one part of the daemon.
///
/// A place that cannot be listened on is tried again, since watching matters more than being looked at.
public final class WebServer: Service {
    /// Why the service cannot be offered as configured.
    public enum Refusal: Error, CustomStringConvertible {
        /// Other machines could connect, and nobody has a token.
        case openWithoutToken(String)
        /// Other machines could connect, in clear text.
        case openWithoutEncryption(String)
        /// The certificate or its key cannot be used.
        case unusableCertificate(path: String, why: String)

        /// One line: what, why, what to do.
        public var description: String {
            switch self {
            case .openWithoutToken(let place):
                "cannot offer the page at \(place): other machines could use it without a token; run "
                    + "'alertd token create NAME', or listen on 127.0.0.1"
            case .openWithoutEncryption(let place):
                "cannot offer the page at \(place): tokens would cross the network in clear text; add http.tls or "
                    + "http.trusted_proxies, or listen on 127.0.0.1"
            case .unusableCertificate(let path, let why):
                "cannot use the certificate \(path): \(why); check http.tls"
            }
        }
    }

    private static let retry = Duration.seconds(10)
    /// Seconds for answers under way when the daemon stops.
    private static let stopping = Duration.seconds(1)

    private let services: WebServices
    private let configuration: WebConfiguration
    private let tokens: TokenBook
    private let streams: EventStreams
    private let heavy: Admission
    private let bound = Locked<SocketAddress?>(nil)

    /// A service that answers from `services`.
    public init(_ services: WebServices, _ configuration: WebConfiguration) {
        self.services = services
        self.configuration = configuration
        tokens = TokenBook(store: services.store, logger: services.logger)
        streams = EventStreams(
            store: services.store, drafts: services.drafts, metrics: services.metrics, logger: services.logger)
        heavy = Admission(most: configuration.limits.heavy)
    }

    /// The port that is listened on; nil while there is none.
    public var port: Int? { bound.withLock { $0?.port } }

    /// Clients that follow the stream.
    public var streamClients: Int { streams.count }

    /// Reads the tokens, and refuses to be open to other machines without one, or without encryption. A database that is
    /// away is no reason: nobody is let in until it answers. Throws ``Refusal``.
    public func prepare() async throws {
        await tokens.refresh()
        if let certificate = configuration.certificate { _ = try Self.tls(certificate) }
        if configuration.isLoopback { return }
        guard configuration.certificate != nil || !configuration.trustedProxies.isEmpty else {
            throw Refusal.openWithoutEncryption(place)
        }
        if tokens.count == 0 { throw Refusal.openWithoutToken(place) }
    }

    /// Serves until the daemon stops.
    public func run() async throws {
        let server =
            try configuration.certificate.map { try Self.builder(configuration, tls: Self.tls($0)) }
            ?? Self.builder(configuration, tls: nil)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.tokens.run() }
                group.addTask { await self.streams.run() }
                await self.serve(server)
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.streams.finish()
        }
    }

    private func serve(_ server: HTTPServerBuilder) async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await serveOnce(server)
                return
            } catch {
                if Task.isCancelled || Task.isShuttingDownGracefully { return }
                services.logger.error(
                    "cannot listen on \(place): \(error); watching goes on, and it is tried again in \(Self.retry)")
                try? await cancelWhenGracefulShutdown { try await ContinuousClock().sleep(for: Self.retry) }
            }
        }
    }

    /// Answers under way get a moment when the daemon stops, and are then cut.
    private func serveOnce(_ server: HTTPServerBuilder) async throws {
        let application = application(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                try? await gracefulShutdown()
                try? await ContinuousClock().sleep(for: Self.stopping)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func application(_ server: HTTPServerBuilder) -> some ApplicationProtocol {
        let address: BindAddress =
            configuration.socketPath.map { .unixDomainSocket(path: $0) }
            ?? .hostname(configuration.host, port: configuration.port)
        var quiet = services.logger
        if quiet.logLevel > .debug { quiet.logLevel = .error }
        return Application(
            responder: makeResponder(), server: server,
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.limits.connections, logger: quiet)),
            onServerRunning: { [self] channel in
                bound.withLock { $0 = channel.localAddress }
                services.logger.notice("page and API at \(place)")
            }, logger: quiet)
    }

    /// The responder with all routes.
    package func makeResponder() -> WebResponder {
        let isEncrypted = configuration.certificate != nil
        let proxies = ProxyRule(configuration.trustedProxies)
        let files = PageFiles(folder: services.pageFolder)
        let media = MediaShelf(clips: services.clips, room: heavy)
        let routes =
            ServiceRoutes(services: services, tokens: tokens, streams: streams).all
            + PageRoutes(files: files, tokens: tokens, proxies: proxies, isEncrypted: isEncrypted).all
            + EventRoutes(services: services, media: media, lists: SharedAnswers()).all
            + CameraRoutes(services: services, media: media).all
            + QueryRoutes(services: services, media: media).all
            + HistoryRoutes(services: services, media: media).all
            + StreamRoutes(streams: streams, most: configuration.limits.streams).all
        let names = configuration.hosts + (configuration.socketPath == nil ? [configuration.host] : [])
        return WebResponder(
            routes: routes, hosts: HostRule(names), proxies: proxies, tokens: tokens, limits: configuration.limits,
            isEncrypted: isEncrypted, metrics: services.metrics, loginPage: { try? files.file("login.html").bytes })
    }

    private var place: String {
        if let path = configuration.socketPath { return "unix:\(path)" }
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(configuration.certificate == nil ? "http" : "https")://\(host):\(port ?? configuration.port)"
    }

    private static func builder(_ configuration: WebConfiguration, tls: TLSConfiguration?) throws -> HTTPServerBuilder {
        let limits = configuration.limits
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    StalledWrites(patience: .seconds(limits.stalledSeconds)),
                    UnreadableRequests(isEncrypted: tls != nil),
                ],
                idleTimeout: .seconds(limits.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 100)))
        guard let tls else { return plain }
        return try .tls(plain, tlsConfiguration: tls)
    }

    private static func tls(_ certificate: WebConfiguration.Certificate) throws(Refusal) -> TLSConfiguration {
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) }
        } catch {
            throw .unusableCertificate(path: certificate.chain, why: "\(error)")
        }
        do {
            let key = try NIOSSLPrivateKey(file: certificate.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw .unusableCertificate(path: certificate.key, why: "\(error)")
        }
    }
}
