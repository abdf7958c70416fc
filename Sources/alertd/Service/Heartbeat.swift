import Logging
import ServiceLifecycle

/// Tells the service manager that the daemon is alive, as long as it makes progress, and how it stands.
struct Heartbeat: Service {
    private static let longestInterval = Duration.seconds(5)

    let status: DaemonStatus
    let notifier: SystemdNotifier
    let logger: Logger

    func run() async throws {
        await waitUntilStarted()
        notifier.ready(status.line)
        logger.notice("alertd \(ProgramVersion.text) is ready: \(status.line)")
        let interval = min(notifier.watchdogInterval.map { $0 / 3 } ?? Self.longestInterval, Self.longestInterval)
        await cancelWhenGracefulShutdown {
            var told = status.line
            var wasWell = true
            while !Task.isCancelled {
                do { try await ContinuousClock().sleep(for: interval) } catch { return }
                let line = status.line
                if line != told { notifier.status(line) }
                told = line
                let problem = status.problem
                if problem == nil { notifier.alive() }
                if let problem, wasWell { logger.critical("no sign of life for the service manager: \(problem)") }
                wasWell = problem == nil
            }
        }
        notifier.stopping()
    }

    /// Ready means: the cameras' tasks run, and the database was verified or found to be away.
    private func waitUntilStarted() async {
        while !status.isStarted, !Task.isCancelled, !Task.isShuttingDownGracefully {
            try? await ContinuousClock().sleep(for: .milliseconds(50))
        }
    }
}
