import Base
import Configuration
import Foundation
import Grounding
import Logging
import Pipeline
import ServiceLifecycle
import Store

/// Answers the questions about past footage that are asked in SQL: `alertd.search`, `alertd.ask`. What is asked at the same time
/// is answered together.
final class SearchWatch: Service {
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
            while !Task.isCancelled {
                do {
                    let asked = try await requests.next()
                    try await withThrowingTaskGroup { group in
                        for request in asked { group.addTask { try await self.answer(request) } }
                        try await group.waitForAll()
                    }
                } catch {
                    if Task.isCancelled { return }
                    self.logger.debug("questions about the past wait: \(error)")
                    try? await ContinuousClock().sleep(for: Self.retry)
                }
            }
        }
    }

    private func answer(_ request: SearchRequest) async throws {
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
