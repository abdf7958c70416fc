import Base
import Configuration
import Foundation
import Grounding
import Logging
import Pipeline
import ServiceLifecycle
import Store

/// Keeps the cameras' standing queries current: those of the file and those added by command, each in its part of the
/// day.
final class QueryWatch: Service {
    private struct State {
        var configuration: Configuration
        /// Whether the file's queries have been copied into the database since they were read.
        var isCopied = false
        /// Those of the database, as last read.
        var stored: [StandingQuery] = []
        var watched: [Wish: WatchedQuery] = [:]
        /// What cannot be watched for, each complained about once.
        var refused: Set<Wish> = []
    }

    /// A query as one camera may be asked for it.
    private struct Wish: Hashable {
        let name: String
        let text: String
        let zone: PictureZone?
        /// Names that the sentence may use.
        let zones: Set<String>
        let ceilingPerDay: Double
    }

    private static let interval = Duration.seconds(2)

    private let store: EventStore
    private let engine: InferenceEngine
    private let board: QueryBoard
    private let logger: Logger
    private let state: Locked<State>

    init(
        _ configuration: Configuration, store: EventStore, engine: InferenceEngine, board: QueryBoard, logger: Logger
    ) {
        self.store = store
        self.engine = engine
        self.board = board
        self.logger = logger
        state = Locked(State(configuration: configuration))
    }

    /// The file was read again.
    func reload(_ configuration: Configuration) {
        state.withLock { ($0.configuration, $0.isCopied) = (configuration, false) }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.synchronize()
                await self.publish(at: Date())
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    /// Puts the queries that are to be watched at `now` on the board.
    func publish(at now: Date) async {
        let (configuration, stored) = state.withLock { ($0.configuration, $0.stored) }
        let fromFile = configuration.queries.map(StandingQuery.init)
        let names = Set(fromFile.map(\.name))
        let all = fromFile + stored.filter { $0.origin == .command && !names.contains($0.name) }
        let minute = Self.minuteOfDay(now)
        let due = all.filter { $0.active.flatMap(DailyWindow.init)?.contains(minute: minute) ?? true }
        for camera in configuration.cameras {
            var queries: [WatchedQuery] = []
            for query in due where query.isWatched(on: camera.name) {
                if let watched = await watched(query, on: camera, minute: minute) { queries.append(watched) }
            }
            board.set(queries, camera: camera.name)
        }
    }

    /// The query as `camera` is watched for it at that minute of the day; nil when it is not, or cannot be.
    private func watched(
        _ query: StandingQuery, on camera: CameraConfiguration, minute: Int
    ) async -> WatchedQuery? {
        let wish = Wish(
            name: query.name, text: query.text, zone: query.zone.flatMap { Self.zone($0, of: camera) },
            zones: Set(camera.zones.keys), ceilingPerDay: query.alarmCeilingPerDay)
        do {
            if query.zone != nil, wish.zone == nil { throw Failure(.usage, "camera \(camera.name) has no such zone") }
            let request = try WatchRequest(query.text, zones: wish.zones)
            if let hours = request.hours, !hours.contains(minute: minute) { return nil }
            if let known = state.withLock({ $0.watched[wish] }) { return known }
            let watched = WatchedQuery(
                Query(name: query.name, text: query.text), condition: request.condition,
                zone: wish.zone ?? request.zone.flatMap { Self.zone($0, of: camera) },
                encodings: try await engine.encodings(of: request.condition, in: request.sentence),
                ceilingPerDay: query.alarmCeilingPerDay)
            state.withLock { $0.watched[wish] = watched }
            return watched
        } catch {
            let isNew = state.withLock { $0.refused.insert(wish).inserted }
            if isNew {
                logger.error(
                    "query \(query.name) is not watched on camera \(camera.name): \(Failure(describing: error).message)"
                )
            }
            return nil
        }
    }

    private static func zone(_ name: String, of camera: CameraConfiguration) -> PictureZone? {
        camera.zones[name].map { polygon in PictureZone(name: name, corners: polygon.points.map { ($0.x, $0.y) }) }
    }

    /// Copies the file's queries into the database and reads the others; while it is away those last read stay in force.
    private func synchronize() async {
        let (configuration, isCopied) = state.withLock { ($0.configuration, $0.isCopied) }
        do throws(StoreError) {
            if !isCopied {
                let refused = try await store.replaceFileQueries(configuration.queries.map(StandingQuery.init))
                for name in refused {
                    logger.warning(
                        """
                        query \(name): it is in the configuration file and was also added by command; the file's is \
                        watched, remove the other with 'alertd query remove \(name)'
                        """)
                }
                state.withLock { $0.isCopied = true }
            }
            let stored = try await store.standingQueries()
            state.withLock { $0.stored = stored }
        } catch {
            logger.debug("standing queries stay as they were: \(error)")
        }
    }

    private static func minuteOfDay(_ now: Date) -> Int {
        let parts = Calendar.current.dateComponents([.hour, .minute], from: now)
        return (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
    }
}

extension StandingQuery {
    /// A query of the configuration file.
    fileprivate init(_ query: QueryConfiguration) {
        self.init(
            name: query.name, text: query.text, cameras: query.cameras, zone: query.zone,
            active: query.active?.description, alarmCeilingPerDay: query.alarmCeilingPerDay, origin: .file)
    }
}
