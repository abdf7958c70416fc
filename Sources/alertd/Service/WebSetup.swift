import Base
import Configuration
import CoreMetrics
import Foundation
import Notify
import Pipeline
import Store
import VLM
import Web

/// The HTTP service of a daemon.
enum WebSetup {
    /// What it reads, from the parts of the daemon.
    struct Parts: Sendable {
        let services: LiveServices
        let status: DaemonStatus
        let store: EventStore
        let encodings: EncodingReader
        /// Encodes what was written about events; nil when there is no such model.
        let sentences: SentenceBERT?
        /// Descriptions that are being written.
        let drafts: DescriptionDrafts
        let configuration: @Sendable () -> Configuration
        let deliveries: DeliveryBoard
        let state: URL
        let metrics: MetricRegistry
        let environment: [String: String]
    }

    /// A service with connections of its own to the database, and what closes them.
    static func make(_ parts: Parts) -> (server: WebServer, close: @Sendable () async -> Void) {
        let (store, history) = (parts.store.sibling(), parts.store.sibling())
        let (engine, live) = (parts.services.engine, parts.services)
        let search = ClusterSetup.search(
            FootageSearch(engine: engine, events: history, encodings: parts.encodings, sentences: parts.sentences),
            events: history, parts.configuration(), environment: parts.environment, logger: live.logger)
        let backTest = QueryBackTest(engine: engine, encodings: parts.encodings)
        let searches = CoreMetrics.Timer(label: "alertd_search_seconds", factory: parts.metrics)
        let meter = DaemonMetrics(
            board: live.board, writer: live.writer, keeper: parts.status.keeper,
            storage: StorageMeter(state: parts.state, store: history), deliveries: parts.deliveries)
        let services = WebServices(
            store: store, history: history, board: live.board, pictures: live.pictures,
            clips: EventClips(events: history, footage: live.footage),
            search: { text, scope, limit, after in
                let begin = ContinuousClock.now
                defer { searches.recordSeconds((ContinuousClock.now - begin) / .seconds(1)) }
                var scope = scope
                scope.zones = parts.configuration().pictureZones
                return try await search.spans(for: text, in: scope, limit: limit, after: after)
            },
            backTest: { request, camera, scope in
                var scope = scope
                scope.zones = parts.configuration().pictureZones
                return try await backTest.report(of: request, on: camera, in: scope, timeZone: .current)
            },
            unknownWords: { try await engine.unknownWords(in: $0) }, drafts: parts.drafts,
            configuration: parts.configuration,
            problem: { Self.problem(parts.status) }, metrics: parts.metrics,
            measure: { await meter.measure(into: $0) },
            pageFolder: Self.pageFolder(parts.environment), version: ProgramVersion.text, logger: live.logger)
        let server = WebServer(services, WebConfiguration(parts.configuration().http))
        return (
            server,
            {
                await store.close()
                await history.close()
            }
        )
    }

    /// What keeps the daemon from its work, without addresses.
    private static func problem(_ status: DaemonStatus) -> String? {
        if !status.isStarted { return "the cameras are not supervised yet" }
        if status.writer.status.failure != nil { return "the database cannot be written to; events are kept meanwhile" }
        return status.problem
    }

    private static func pageFolder(_ environment: [String: String]) -> URL? {
        do throws(Failure) {
            let shared = try SharedFiles.locate(
                environment: environment, executable: SharedFiles.runningExecutable)
            return shared.folder.appending(path: "page", directoryHint: .isDirectory)
        } catch {
            return nil
        }
    }
}

extension WebConfiguration {
    /// As the configuration says.
    init(_ http: HTTPConfiguration) {
        self.init(
            host: http.listen.host, port: http.listen.port, socketPath: http.listen.socketPath,
            certificate: http.tls.map { Certificate(chain: $0.certificate, key: $0.key) },
            trustedProxies: http.trustedProxies, hosts: http.hosts)
    }
}
