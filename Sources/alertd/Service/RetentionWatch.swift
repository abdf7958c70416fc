import Base
import Configuration
import Foundation
import Logging
import ServiceLifecycle
import Store

/// Forgets what is older, or takes more room, than the configuration keeps: when the daemon starts, and once an hour.
/// Room for encodings is made before they are written, by the store of encodings itself.
final class RetentionWatch: Service {
    private static let interval = Duration.seconds(3600)
    /// After a failure: the database is away, or a reader holds on to a partition.
    private static let retry = Duration.seconds(60)

    private let store: EventStore
    private let encodings: EncodingStore
    private let logger: Logger
    private let configuration: Locked<Configuration>
    /// Files that are gone, whose index rows the database was not asked to forget yet.
    private let gone = Locked<[CameraID: [String]]>([:])

    init(_ configuration: Configuration, store: EventStore, encodings: EncodingStore, logger: Logger) {
        self.store = store
        self.encodings = encodings
        self.logger = logger
        self.configuration = Locked(configuration)
    }

    /// The file was read again; in force from the next pass on.
    func reload(_ new: Configuration) { configuration.withLock { $0 = new } }

    /// Makes room on the disk, before anything is written; needs no database.
    func makeRoom(at now: WallTime) async {
        for camera in configuration.withLock({ $0 }).cameras {
            do throws(StoreError) {
                _ = try await expireFiles(camera.retention, of: camera.name, at: now)
            } catch {
                logger.error("camera \(camera.name): old encodings cannot be removed: \(error)")
            }
        }
    }

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
        let freed = try await expireFiles(retention, of: camera, at: now)
        if let files = gone.withLock({ $0[camera] }) {
            try await store.forgetIndex(of: camera, files: files)
            gone.withLock { $0[camera]?.removeFirst(files.count) }
        }
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

    private func expireFiles(
        _ retention: RetentionConfiguration, of camera: CameraID, at now: WallTime
    ) async throws(StoreError) -> Int64 {
        let oldest = now.advanced(bySeconds: -86_400 * Double(retention.encodingsDays))
        let bytes = Int64(retention.encodingsGiB * Double(1 << 30))
        await encodings.limit(camera, bytes: bytes)
        let freed = try await encodings.expire(camera, writtenBefore: oldest, bytes: bytes)
        let removed = await encodings.takeRemovedFiles()
        gone.withLock { $0.merge(removed) { $0 + $1 } }
        return freed
    }
}
