internal import Base

/// Publishes notifications and the state of every camera to a broker.
///
/// Topics, below the prefix: `status` (`online`, or `offline` as last will; retained), `notification` (each notification),
/// `camera/NAME/state` (what goes on; retained), `camera/NAME/last` (the last notification; retained).
public final class MQTTReceiver: NotificationReceiver {
    /// The cameras as they stand; nil when they cannot be read now.
    public typealias Cameras = @Sendable () async -> [CameraState]?

    /// Where to, and how.
    public struct Settings: Sendable {
        /// `mqtt://user:password@host:1883/prefix`, or `mqtts://…`.
        public var url: String
        /// Whether Home Assistant is told what there is.
        public var announcesToHomeAssistant: Bool
        /// Names this program among the broker's clients.
        public var clientID: String
        /// A file of certificate authorities; nil for the system's.
        public var authorities: String?

        /// Gathers the parts.
        public init(
            url: String, announcesToHomeAssistant: Bool = true, clientID: String, authorities: String? = nil
        ) {
            (self.url, self.announcesToHomeAssistant) = (url, announcesToHomeAssistant)
            (self.clientID, self.authorities) = (clientID, authorities)
        }
    }

    /// What was published on this connection.
    private struct Published {
        var states: [String: String] = [:]
        var entities: [String: String] = [:]
        var isStale = true
    }

    private static let retry = Duration.seconds(2)

    /// `mqtt`.
    public let name = "mqtt"
    /// What it is told, and when.
    public let policy: NotificationPolicy
    private let address: MQTTAddress
    private let connection: MQTTConnection
    private let discovery: HomeAssistant?
    private let cameras: Cameras
    private let published = Locked(Published())

    /// A broker; nil when its address cannot be read.
    public init?(_ settings: Settings, policy: NotificationPolicy, cameras: @escaping Cameras) {
        guard let address = MQTTAddress(settings.url) else { return nil }
        (self.policy, self.address, self.cameras) = (policy, address, cameras)
        connection = MQTTConnection(address, clientID: settings.clientID, authorities: settings.authorities)
        discovery = settings.announcesToHomeAssistant ? HomeAssistant(prefix: address.prefix) : nil
    }

    /// See ``NotificationReceiver``. It was taken when the broker has confirmed it.
    public func deliver(_ notification: OutgoingNotification) async throws(NotifyError) {
        try await connect()
        try await publish(notification.payload, "notification", isRetained: false)
        guard notification.body.kind != .test else { return }
        for camera in notification.body.incident.cameras {
            try await publish(notification.payload, "camera/\(camera)/last", isRetained: true)
        }
    }

    /// The states are published with the next turn.
    public func eventsChanged() async { published.withLock { $0.isStale = true } }

    /// Keeps the connection alive and the states current, until the calling task is cancelled.
    public func attend() async {
        while !Task.isCancelled {
            do throws(NotifyError) {
                try await connect()
                try await publishStates()
                guard await connection.attend() else { continue }
            } catch {
                do { try await ContinuousClock().sleep(for: Self.retry) } catch { break }
            }
        }
    }

    /// Says `offline` and ends the connection.
    public func leave() async {
        _ = await connection.publish("offline", on: "\(address.prefix)/status", isRetained: true)
        await connection.disconnect()
    }

    private func connect() async throws(NotifyError) {
        guard try await connection.connect(will: "\(address.prefix)/status").get() else { return }
        published.withLock { $0 = Published() }
        try await publish("online", "status", isRetained: true)
    }

    private func publishStates() async throws(NotifyError) {
        let isStale = published.withLock { published in
            defer { published.isStale = false }
            return published.isStale
        }
        guard isStale else { return }
        guard let states = await cameras() else {
            published.withLock { $0.isStale = true }
            do { try await ContinuousClock().sleep(for: .seconds(1)) } catch { return }
            return
        }
        for state in states {
            for entity in discovery?.entities(of: state) ?? [] {
                guard
                    published.withLock({ $0.entities.updateValue(entity.payload, forKey: entity.topic) })
                        != entity.payload
                else { continue }
                try await confirm(connection.publish(entity.payload, on: entity.topic, isRetained: true))
            }
            let json = state.json
            guard published.withLock({ $0.states.updateValue(json, forKey: state.camera) }) != json else { continue }
            try await publish(json, "camera/\(state.camera)/state", isRetained: true)
        }
    }

    private func publish(_ payload: String, _ topic: String, isRetained: Bool) async throws(NotifyError) {
        try await confirm(connection.publish(payload, on: "\(address.prefix)/\(topic)", isRetained: isRetained))
    }

    private func confirm(_ error: NotifyError?) async throws(NotifyError) { if let error { throw error } }
}
