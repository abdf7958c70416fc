import Base
import Configuration
import Notify
import ServiceLifecycle

/// Tells the configured receivers of events, those of a new configuration as soon as it is there. Without any it forgets
/// those of earlier configurations.
final class NotifyWatch: Service {
    /// Tells some receivers, and who they are.
    typealias Parts = (notifier: Notifier, receivers: [any NotificationReceiver])

    private let initial: Configuration
    private let make: @Sendable (Configuration) -> Parts
    private let changes = BoundedQueue<Configuration>(countLimit: 1)

    /// `make` gives what tells the receivers of a configuration.
    init(_ configuration: Configuration, make: @escaping @Sendable (Configuration) -> Parts) {
        (initial, self.make) = (configuration, make)
    }

    /// The file was read again.
    func reload(_ new: Configuration) { changes.offer(new) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var configuration = self.initial
            while let next = await self.tell(configuration) { configuration = next }
        }
        // A service that ends early would end the daemon.
        try? await gracefulShutdown()
    }

    /// Returns the next configuration with other receivers; nil when the calling task is cancelled.
    private func tell(_ configuration: Configuration) async -> Configuration? {
        let (notifier, receivers) = make(configuration)
        let next = await withTaskGroup(of: Configuration?.self) { group -> Configuration? in
            group.addTask {
                await notifier.run()
                return nil
            }
            group.addTask {
                while let new = (try? await self.changes.next()) ?? nil {
                    if new.notify != configuration.notify { return new }
                    // Cameras and queries may be others.
                    for receiver in receivers { await receiver.eventsChanged() }
                }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = await group.next() {
                if let outcome { return outcome }
            }
            return nil
        }
        // The broker need not find out by itself that nobody is there any more.
        for case let broker as MQTTReceiver in receivers { await broker.leave() }
        return next
    }
}
