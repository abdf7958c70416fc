import Anomaly
import Base
import Configuration
import Foundation
import Logging
import Notify
import Pipeline
import ServiceLifecycle
import Store
import UnixSignals
import VLM
import Web

/// The daemon: made of a checked configuration, it watches until it is told to stop.
struct Daemon: Sendable {
    /// Time for closing and storing what is open after SIGTERM, before waiting is given up.
    private static let stopping = Duration.seconds(4)

    let configuration: Configuration
    let cameras: WatchedCameras
    let setup: ConfigurationSetup
    let plan: DatabaseSession.Plan
    let engine: InferenceEngine
    let sentences: SentenceList
    /// Describes events; nil when nothing does.
    let narrator: (any VideoNarrator)?
    /// Understands descriptions; nil when search goes by their words alone.
    let sentenceEncoder: SentenceBERT?
    /// What is measured of everything here.
    let metrics: MetricRegistry
    let environment: [String: String]
    /// Whether `--json` asks for a log of JSON objects, whatever the configuration says.
    let logsJSON: Bool

    /// Returns after SIGTERM or Ctrl-C, when everything is stored. Throws `StoreError` and ``Failure`` when the daemon
    /// cannot start.
    func run() async throws {
        let logger = makeLogger()
        FileLimit.raise()
        try PrivilegeDrop.drop(to: try StateDirectory.prepare(plan.state.path))
        let alone = try StateLock.hold(plan.state.path)
        let store = try await openStore(logger)
        do {
            try await serve(store, logger)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        withExtendedLifetime(alone) {}
        logger.notice("alertd stopped")
    }

    private func makeLogger() -> Logger {
        let level = Logger.Level(rawValue: configuration.log.level.rawValue) ?? .notice
        let form =
            logsJSON || configuration.log.format == .json ? .json : LogForm.standardError(environment: environment)
        return Logger(label: "alertd") { _ in ServiceLog(form, level: level) }
    }

    /// A server that is away is waited for while cameras are watched; one with another schema is refused.
    private func openStore(_ logger: Logger) async throws(StoreError) -> EventStore {
        if case .embedded = plan.target { return try await EventStore.open(plan.target, logger: logger) }
        let store = try await EventStore.connect(plan.target, node: plan.node, logger: logger)
        do throws(StoreError) {
            try await store.requireCurrentSchema()
        } catch .unavailable {
            logger.warning("\(store.address) cannot be reached; cameras are watched, and events wait until it can")
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    private func serve(_ store: EventStore, _ logger: Logger) async throws {
        let encodings = EncodingStore(stateDirectory: plan.state.path, encoder: try engine.encoderIdentity())
        let spool = try await Spool.open(stateDirectory: plan.state.path)
        engine.measure(into: metrics)
        let book = configuration.cluster.map { _ in LeaseBook() }
        let writer = StoreWriter(store: store, spool: spool, leases: book, metrics: metrics, logger: logger)
        let anomalies = AnomalyServices(
            sentences: await AnomalySetup.memory(sentences, engine, logger),
            archive: NormalityArchive(stateDirectory: plan.state.path), site: SiteBoard(),
            stored: EncodingReader(stateDirectory: plan.state.path, encoder: try engine.encoderIdentity()))
        let services = LiveServices(
            engine: engine, encodings: encodings, footage: FootageFiles(stateDirectory: plan.state.path),
            writer: writer,
            ledger: CoverageLedger(encodings: encodings, writer: writer, logger: logger), queries: QueryBoard(),
            board: CameraBoard(), anomalies: anomalies,
            calibration: CalibrationServices(
                decoys: DecoyBoard(), archive: CalibrationArchive(stateDirectory: plan.state.path), logger: logger),
            album: narrator.map { _ in EventAlbum() }, logger: logger)
        await services.footage.removeCuts()
        let drafts = DescriptionDrafts()
        let supervisor = CameraSupervisor(services: services)
        let keeper = try book.flatMap { book in
            try ClusterSetup.keeper(
                plan, store: store, book: book, supervisor: supervisor, writer: writer, logger: logger)
        }
        let watching = CameraWatching(supervisor: supervisor, keeper: keeper)
        let queries = QueryWatch(
            configuration, store: store, engine: engine, board: services.queries, logger: logger)
        let retention = RetentionWatch(configuration, store: store, encodings: encodings, logger: logger)
        let reader = EncodingReader(stateDirectory: plan.state.path, encoder: try engine.encoderIdentity())
        let search = SearchWatch(
            ClusterSetup.search(
                FootageSearch(engine: engine, events: store, encodings: reader, sentences: sentenceEncoder),
                events: store,
                configuration, environment: environment, patience: SearchWatch.patience, logger: logger),
            configuration, store: store, logger: logger)
        let current = CurrentConfiguration(configuration)
        let footage = FootageWatch(configuration, store: store, files: services.footage, logger: logger)
        let notifier = SystemdNotifier(environment: environment)
        let status = DaemonStatus(
            board: services.board, writer: writer, supervisor: supervisor, keeper: keeper, engine: engine)
        let board = DeliveryBoard()
        let receivers = notifyWatch(
            .init(
                store: store, clips: EventClips(events: store, footage: services.footage),
                current: { current.value }), board, logger)

        let web = WebSetup.make(
            .init(
                services: services, status: status, store: store, encodings: reader, sentences: sentenceEncoder,
                drafts: drafts, configuration: { current.value }, deliveries: board, state: plan.state,
                metrics: metrics,
                environment: environment))
        try await web.server.prepare()

        // What a killed process left open ends before anything new is told; of a camera that is shared, when it is taken.
        if keeper == nil { writer.enqueue(.closeOpenEvents) }
        await queries.publish(at: Date())
        await retention.makeRoom(at: WallTime(Date()))
        watching.watch(cameras, configuration)
        warnAboutWhatIsNotThere(logger)

        // Stopped in the opposite order: nothing stops before those that hand work to it.
        var parts: [any Service] = [
            StoppableService(body: writer.run, finish: writer.finish),
            StoppableService(body: services.ledger.run, finish: services.ledger.finish),
        ]
        // Before the supervisor, so that it stops after it: cameras are let go when their tasks have ended.
        if let keeper { parts.append(StoppableService(body: keeper.run, finish: keeper.finish)) }
        parts += [
            StoppableService(body: supervisor.run, finish: supervisor.finish),
            queries, retention, search, footage,
            VerdictWatch(
                store: store, site: anomalies.site,
                files: keeper.map { _ in FileErasure(stateDirectory: plan.state.path) }, logger: logger),
            DecoyWatch(board: services.calibration.decoys, engine: engine, logger: logger),
            ConfigurationReload(
                setup: setup, initial: configuration, cameras: watching, queries: queries, retention: retention,
                footage: footage, search: search, receivers: receivers, current: current, status: status,
                notifier: notifier, logger: logger),
            Heartbeat(status: status, notifier: notifier, logger: logger),
        ]
        if let sentenceEncoder {
            let descriptions = DescriptionSearch(events: store, encoder: sentenceEncoder)
            parts.append(DescriptionEncodingWatch(descriptions: descriptions, logger: logger))
        }
        parts.append(receivers)
        if let narrator, let album = services.album {
            let worker = DescriptionWorker(
                store: store, narrator: narrator, album: album,
                settings: .init(tokensPerHour: configuration.describe.tokensPerHour), drafts: drafts, metrics: metrics,
                logger: logger)
            parts.append(StoppableService(body: worker.run, finish: worker.finish))
        }
        // Last, so that it stops first: nobody asks what is being closed.
        parts.append(web.server)
        var group = ServiceGroupConfiguration(
            services: parts.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger))
        group.maximumGracefulShutdownDuration = Self.stopping
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            logger.warning("stopping took longer than \(Self.stopping); what waits is given up")
        }
        await web.close()
        if await !spool.isEmpty {
            let bytes = await spool.status.bytes
            logger.warning("the database is away: up to \(bytes) bytes wait in the spool for the next start")
        }
        let left = writer.status.waiting
        if left > 0 { logger.error("\(left) changes could not be stored before the end: the database is away") }
    }

    private func notifyWatch(
        _ sources: NotifySetup.Sources, _ board: DeliveryBoard, _ logger: Logger
    ) -> NotifyWatch {
        NotifyWatch(configuration) { [environment, metrics] configuration in
            let setup = NotifySetup(configuration, environment: environment)
            let receivers = setup.receivers(sources)
            let notifier = Notifier(
                store: sources.store, receivers: receivers, holder: setup.name, schedule: setup.schedule, board: board,
                metrics: metrics, logger: logger)
            return (notifier, receivers)
        }
    }

    /// The group's own lines tell of its inner life: of interest only to those who look for a fault in it.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = logger.logLevel <= .debug ? logger.logLevel : .error
        return quiet
    }

    private func warnAboutWhatIsNotThere(_ logger: Logger) {
        let services = configuration.describe.services
        if !services.isEmpty, narrator != nil {
            let list = services.map { "\($0.url)" }.joined(separator: ", ")
            logger.notice("describe: frames of events are sent to \(list)")
        } else if narrator == nil, configuration.describe.tokensPerHour > 0 {
            logger.info("no video-LLM is there: events are described by a template; models.describer names one")
        }
        if cameras.all.isEmpty { logger.warning("no cameras are configured; SIGHUP reads the file again") }
    }
}
