import Base
import Foundation
import Logging
import Pipeline
import ServiceLifecycle
import Store

/// Hands what people said about events, and what they had erased, to the cameras that learn from what they see. Where several
/// machines share the database, what was erased on another one is erased from this one's files too.
final class VerdictWatch: Service {
    private struct State {
        var verdict: Int64 = 0
        var erasure: Int64 = 0
    }

    private static let interval = Duration.seconds(2)

    private let store: EventStore
    private let site: SiteBoard
    private let files: FileErasure?
    private let logger: Logger
    private let state = Locked(State())

    /// `files` is nil where `alertd erase` reaches all files there are.
    init(store: EventStore, site: SiteBoard, files: FileErasure?, logger: Logger) {
        self.store = store
        self.site = site
        self.files = files
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.pass()
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    /// Every verdict is handed over once a run, also those of long ago: a camera that begins anew has none of them in its
    /// snapshot.
    private func pass() async {
        let known = state.withLock { $0 }
        do throws(StoreError) {
            let verdicts = try await store.verdicts(after: known.verdict)
            for (camera, records) in Dictionary(grouping: verdicts, by: \.camera) {
                site.give(records.compactMap(GivenVerdict.init), on: camera)
            }
            let erasures = try await store.erasures(after: known.erasure)
            for erasure in erasures {
                site.erase(erasure.during, of: erasure.camera)
                guard let files else { continue }
                _ = try await files.eraseSpool(of: erasure.camera, during: erasure.during)
                _ = try await files.eraseEncodings(of: erasure.camera, during: erasure.during)
                _ = await files.eraseFootage(of: erasure.camera, during: erasure.during)
            }
            state.withLock { state in
                state.verdict = verdicts.last?.number ?? state.verdict
                state.erasure = erasures.last?.number ?? state.erasure
            }
        } catch {
            logger.debug("verdicts are read later: \(error)")
        }
    }
}
