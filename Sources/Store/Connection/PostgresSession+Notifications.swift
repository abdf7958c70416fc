import CPostgres
import Glibc

extension PostgresSession {
    /// Waits at most `time` for NOTIFY messages on the channels listened to, and takes all that are there. Returns
    /// whether there was one. What they say is not kept: they only mean that it is worth asking.
    func awaitNotification(_ purpose: String, atMost time: Duration) throws(StoreError) -> Bool {
        let deadline = ContinuousClock.now + time
        while true {
            guard PQconsumeInput(handle) == 1 else { throw unavailable(purpose) }
            if takeNotifications() { return true }
            guard try isReady(for: POLLIN, until: deadline, purpose) else { return false }
        }
    }

    /// Drops the messages that have arrived. Returns whether there was one.
    private func takeNotifications() -> Bool {
        var hasAny = false
        while let notification = PQnotifies(handle) {
            PQfreemem(notification)
            hasAny = true
        }
        return hasAny
    }
}
