import Base
import Configuration
import Foundation
import Logging
import Notify
import Outbound
import Pipeline
import Store
import Web

/// Makes the receivers of notifications from a configuration.
struct NotifySetup: Sendable {
    let configuration: Configuration
    let environment: [String: String]
    /// Names this process among a broker's clients and among the daemons of one database.
    let name: String

    /// What the receivers may ask for; nil for a test message, which needs neither.
    struct Sources: Sendable {
        let store: EventStore
        let clips: EventClips
        /// The configuration in effect, whose cameras and queries brokers are told of.
        let current: @Sendable () -> Configuration
    }

    init(_ configuration: Configuration, environment: [String: String], suffix: String = "") {
        (self.configuration, self.environment) = (configuration, environment)
        // The same after a restart, another one on another machine or state directory.
        let place = ProcessInfo.processInfo.hostName + configuration.state
        let digest = place.utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) }
        name = "alertd-\(String(digest, radix: 36))\(suffix)"
    }

    /// The receivers, in the order of the reference.
    func receivers(_ sources: Sources?) -> [any NotificationReceiver] {
        let client = OutboundClient(NetworkSettings(environment: environment))
        var receivers: [any NotificationReceiver] = []
        if let webhook = webhook(client) { receivers.append(webhook) }
        if let mqtt = mqtt(sources) { receivers.append(mqtt) }
        if let email = email(client, sources) { receivers.append(email) }
        return receivers
    }

    /// How deliveries are tried again.
    var schedule: RetrySchedule {
        let notify = configuration.notify
        return RetrySchedule(
            first: min(.seconds(1), notify.longestRetry), longest: notify.longestRetry, giveUpAfter: notify.giveUpAfter)
    }

    private var policy: NotificationPolicy {
        let notify = configuration.notify
        return NotificationPolicy(
            sources: notify.sources.map(Set.init),
            quiet: notify.quietHours.map { .init(start: $0.startMinute, end: $0.endMinute) },
            urgent: Set(notify.urgent),
            alertsPerHour: notify.alertsPerHour, blindAfter: notify.blindAfter / .seconds(1),
            updateEvery: notify.updateInterval / .seconds(1), tellsRecordings: notify.tellsRecordings)
    }

    private func webhook(_ client: OutboundClient) -> WebhookReceiver? {
        let notify = configuration.notify
        guard let url = notify.webhook else { return nil }
        return WebhookReceiver(
            .init(
                url: url.revealed, secret: notify.webhookSecret?.revealed,
                authorization: notify.webhookAuthorization?.revealed),
            policy: policy, client: client, now: { WallTime(Date()) })
    }

    private func mqtt(_ sources: Sources?) -> MQTTReceiver? {
        guard let url = configuration.notify.mqtt else { return nil }
        let authorities = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        return MQTTReceiver(
            .init(
                url: url.revealed, announcesToHomeAssistant: configuration.notify.announcesToHomeAssistant,
                clientID: name, authorities: authorities),
            policy: policy, cameras: { await Self.cameras(sources) })
    }

    private func email(_ client: OutboundClient, _ sources: Sources?) -> EmailReceiver? {
        guard let email = configuration.notify.email else { return nil }
        let server = MailServer(email.server.revealed, allowsPlainText: email.allowsPlainText)
        return EmailReceiver(
            .init(server: server, from: email.from, to: email.to), policy: policy, client: client,
            pictures: { id in
                guard let sources, let event = try? await sources.store.event(id),
                    let path = try? await sources.clips.thumbnail(of: event),
                    let data = FileManager.default.contents(atPath: path)
                else { return nil }
                return Array(data)
            })
    }

    /// The configured cameras as they stand; nil while the database is away.
    private static func cameras(_ sources: Sources?) async -> [CameraState]? {
        guard let sources else { return [] }
        let (store, configuration) = (sources.store, sources.current())
        do throws(StoreError) {
            let open = try await store.openEvents().map(Occurrence.init)
            let queries = StandingQueries(
                configuration: configuration, stored: try await store.standingQueries()
            ).all
            return configuration.cameras.map { camera in
                CameraState(
                    camera: camera.name.name,
                    queries: queries.filter { $0.isWatched(on: camera.name) }.map(\.name),
                    open: open.filter { $0.camera == camera.name.name })
            }
        } catch {
            return nil
        }
    }
}
