import Base
import Configuration
import Foundation
import Grounding
import Logging
import Pipeline
import ServiceLifecycle
import Store

/// Answers the questions about past footage that are asked in SQL: `alertd.search`, `alertd.ask`. Nobody waits for the answer to
/// another's question, unless many are asked at once.
final class SearchWatch: Service {
    /// For another node: `alertd.search` gives up after 5 s.
    static let patience = Duration.seconds(3.5)
    /// Questions that are worked on at a time; the others stay in their table.
    private static let mostAtOnce = 32
    private static let retry = Duration.seconds(1)

    private let search: ClusterSearch
    private let store: EventStore
    private let logger: Logger
    private let zones: Locked<[CameraID: [PictureZone]]>

    init(_ search: ClusterSearch, _ configuration: Configuration, store: EventStore, logger: Logger) {
        self.search = search
        self.store = store
        self.logger = logger
        zones = Locked(configuration.pictureZones)
    }

    /// The file was read again; in force from the next question on.
    func reload(_ new: Configuration) { zones.withLock { $0 = new.pictureZones } }

    func run() async throws {
        let requests = store.searchRequests()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                var running = 0
                while !Task.isCancelled {
                    do {
                        for request in try await requests.next() {
                            if running == Self.mostAtOnce {
                                await group.next()
                                running -= 1
                            }
                            group.addTask { await self.answer(request) }
                            running += 1
                        }
                    } catch {
                        if Task.isCancelled { return }
                        self.logger.debug("questions about the past wait: \(error)")
                        try? await ContinuousClock().sleep(for: Self.retry)
                    }
                }
            }
        }
    }

    private func answer(_ request: SearchRequest) async {
        do {
            try await find(request)
        } catch {
            if Task.isCancelled { return }
            // Whoever asked is told by the function's own deadline.
            logger.warning("a question about the past could not be answered: \(Failure(describing: error).message)")
        }
    }

    private func find(_ request: SearchRequest) async throws {
        let found: ClusterSearch.Found
        do {
            let scope = FootageSearch.Scope(
                cameras: request.cameras, since: request.since, until: request.until, zones: zones.withLock { $0 })
            found = try await search.spans(for: request.text, in: scope, limit: request.limit)
        } catch {
            try await store.refuse(request, because: Failure(describing: error).message)
            return
        }
        try await store.answer(
            request,
            with: found.hits.map {
                SearchAnswer(
                    camera: $0.camera, during: $0.during, score: $0.score, probability: $0.score, eventID: $0.event?.id)
            }, missing: found.missing)
    }
}
