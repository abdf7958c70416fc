import Base
import Configuration
import Foundation
import Logging
import ServiceLifecycle
import Store

/// Forgets what is older than the configuration keeps: when the daemon starts, and once an hour.
final class RetentionWatch: Service {
    private static let interval = Duration.seconds(3600)
    /// After a failure: the database is away, or a reader holds on to a partition.
    private static let retry = Duration.seconds(60)

    private let store: EventStore
    private let encodings: EncodingStore
    private let logger: Logger
    private let configuration: Locked<Configuration>

    init(_ configuration: Configuration, store: EventStore, encodings: EncodingStore, logger: Logger) {
        self.store = store
        self.encodings = encodings
        self.logger = logger
        self.configuration = Locked(configuration)
    }

    /// The file was read again; in force from the next pass on.
    func reload(_ new: Configuration) { configuration.withLock { $0 = new } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await self.pass(at: WallTime(Date()))
                do { try await ContinuousClock().sleep(for: isDone ? Self.interval : Self.retry) } catch { return }
            }
        }
    }

    /// One pass over all cameras; false when one of them has to be tried again soon.
    private func pass(at now: WallTime) async -> Bool {
        var isDone = true
        for camera in configuration.withLock({ $0 }).cameras {
            do throws(StoreError) {
                try await enforce(camera.retention, on: camera.name, at: now)
            } catch {
                isDone = false
                logger.debug("camera \(camera.name): retention is enforced later: \(error)")
            }
        }
        return isDone
    }

    private func enforce(
        _ retention: RetentionConfiguration, on camera: CameraID, at now: WallTime
    ) async throws(StoreError) {
        let oldest = now.advanced(bySeconds: -86_400 * Double(retention.encodingsDays))
        let freed = try await encodings.expire(camera, writtenBefore: oldest, bytes: nil)
        let limits = RetentionLimits(
            eventsDays: Double(retention.eventsDays), scoresDays: Double(retention.scoresDays),
            encodingsDays: Double(retention.encodingsDays))
        let gone = try await store.enforce(limits, camera: camera)
        guard freed > 0 || gone != RetentionOutcome() else { return }
        logger.info(
            """
            camera \(camera): retention removed \(gone.events) events, \(gone.scoreDays) days of scores, \
            \(gone.indexDays) days of index rows, \(freed) bytes of encodings
            """)
    }
}
