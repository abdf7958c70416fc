import Notify
import ServiceLifecycle

/// Tells the configured receivers of events. Without any it forgets those of earlier configurations.
struct NotifyWatch: Service {
    let notifier: Notifier
    let receivers: [any NotificationReceiver]

    func run() async throws {
        await cancelWhenGracefulShutdown { await notifier.run() }
        // The broker need not find out by itself that nobody is there any more.
        for case let broker as MQTTReceiver in receivers { await broker.leave() }
        // A service that ends early would end the daemon.
        try? await gracefulShutdown()
    }
}
