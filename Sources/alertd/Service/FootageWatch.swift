import Base
import Configuration
import Foundation
import Logging
import ServiceLifecycle
import Store

/// Keeps the cameras' footage within its limits, looked at once a minute, and the index in step with the files.
final class FootageWatch: Service {
    private static let interval = Duration.seconds(60)
    /// A row waits for the database; a file without one that is older than this, in seconds, is looked after.
    private static let oldestUnknown = 600.0
    /// Passes from one comparison of files and index to the next.
    private static let comparing = 60

    private let store: EventStore
    private let files: FootageFiles
    private let logger: Logger
    private let configuration: Locked<Configuration>

    init(_ configuration: Configuration, store: EventStore, files: FootageFiles, logger: Logger) {
        (self.store, self.files, self.logger) = (store, files, logger)
        self.configuration = Locked(configuration)
    }

    /// The file was read again; in force from the next pass on.
    func reload(_ new: Configuration) { configuration.withLock { $0 = new } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pass = 0
            while !Task.isCancelled {
                for camera in self.configuration.withLock({ $0 }).cameras {
                    do throws(StoreError) {
                        if pass.isMultiple(of: Self.comparing) { try await self.compare(camera.name) }
                        try await self.enforce(camera, at: WallTime(Date()))
                    } catch {
                        self.logger.debug("camera \(camera.name): footage is looked after later: \(error)")
                    }
                }
                pass += 1
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func enforce(_ camera: CameraConfiguration, at now: WallTime) async throws(StoreError) {
        let limits = FootageLimits(
            days: Double(camera.retention.clipsDays), bytes: Int64(min(camera.retention.clipsGiB, 1e6) * 1_073_741_824))
        let total = try await store.footageTotal(of: camera.name)
        let isOld = total.oldest.map { now.seconds(since: $0) > 86_400 * limits.days } ?? false
        guard isOld || total.bytes > limits.bytes else { return }
        let entries = try await store.footageEntries(
            of: camera.name, before: camera.clips.before / .seconds(1), after: camera.clips.after / .seconds(1))
        let gone = limits.excess(of: entries, at: now)
        await files.remove(gone)
        try await store.forgetFootage(gone, of: camera.name)
        let bytes = gone.reduce(0) { $0 + $1.bytes }
        logger.info("camera \(camera.name): retention removed \(gone.count) files of footage, \(bytes) bytes")
    }

    /// Rows whose file is gone go; files without a row get one, unless their span was erased: then they go.
    private func compare(_ camera: CameraID) async throws(StoreError) {
        let entries = try await store.footageEntries(of: camera, before: 0, after: 0)
        let (known, there) = (Set(entries.map(\.record.file)), await files.all(of: camera))
        let names = Set(there.map(\.record.file))
        try await store.forgetFootage(entries.map(\.record).filter { !names.contains($0.file) }, of: camera)
        let now = WallTime(Date())
        for (record, written) in there
        where !known.contains(record.file) && now.seconds(since: written) > Self.oldestUnknown {
            if try await !store.recordFootage(record) { await files.remove([record]) }
        }
    }
}
