import Base
import Configuration
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again on SIGHUP and hands on what changed.
struct ConfigurationReload: Service {
    let setup: ConfigurationSetup
    let initial: Configuration
    let cameras: CameraWatching
    let queries: QueryWatch
    let retention: RetentionWatch
    let footage: FootageWatch
    let search: SearchWatch
    let receivers: NotifyWatch
    let current: CurrentConfiguration
    let status: DaemonStatus
    let notifier: SystemdNotifier
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            var current = initial
            for await _ in signals {
                notifier.reloading()
                if let new = read() {
                    apply(new, after: current)
                    current = new
                }
                notifier.ready(status.line)
            }
        }
    }

    /// The new configuration; nil, and a line a fault, when it is wrong.
    private func read() -> Configuration? {
        do throws(ConfigurationError) {
            return try setup.read()
        } catch {
            for problem in error.problems { logger.error("the configuration stays as it was: \(problem)") }
            return nil
        }
    }

    private func apply(_ new: Configuration, after old: Configuration) {
        let changes = CameraChanges(from: old, to: new)
        do throws(Failure) {
            cameras.watch(try WatchedCameras(new), new)
        } catch {
            logger.error("the configuration stays as it was: \(error.message)")
            return
        }
        queries.reload(new)
        retention.reload(new)
        footage.reload(new)
        search.reload(new)
        current.value = new
        receivers.reload(new)
        logger.notice(
            """
            configuration read again: \(changes.added.count) cameras added, \(changes.removed.count) removed, \
            \(changes.changed.count) changed, queries changed on \(changes.queriesChanged.count)\
            \(changes.notifyChanged ? ", receivers of notifications changed" : "")
            """)
        if !changes.needingRestart.isEmpty {
            logger.warning("a restart is needed to apply: \(changes.needingRestart.joined(separator: ", "))")
        }
    }
}
