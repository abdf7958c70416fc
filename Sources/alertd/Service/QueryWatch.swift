import Base
import Configuration
import Foundation
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
        var encodings: [String: TextEncoding] = [:]
        /// Sentences that cannot be encoded, each complained about once.
        var refused: Set<String> = []
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
            var queries: [Query] = []
            var encodings: [TextEncoding] = []
            for query in due where query.isWatched(on: camera.name) {
                guard let encoding = await encoding(of: query) else { continue }
                queries.append(Query(name: query.name, text: query.text))
                encodings.append(encoding)
            }
            board.set(queries, encodings: encodings, camera: camera.name)
        }
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

    private func encoding(of query: StandingQuery) async -> TextEncoding? {
        if let known = state.withLock({ $0.encodings[query.text] }) { return known }
        do {
            let encoding = try await engine.encode(text: query.text)
            state.withLock { $0.encodings[query.text] = encoding }
            return encoding
        } catch {
            let isNew = state.withLock { $0.refused.insert(query.text).inserted }
            if isNew { logger.error("query \(query.name) is not watched: \(error)") }
            return nil
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
