public import Outbound

/// Mails each notification that is there to wake people, with a picture if there is one.
public struct EmailReceiver: NotificationReceiver {
    /// Where to, and how.
    public struct Settings: Sendable {
        /// The server, user and password included.
        public var server: MailServer
        /// Address of the sender.
        public var from: String
        /// Addresses that it goes to.
        public var to: [String]

        /// Gathers the parts.
        public init(server: MailServer, from: String, to: [String]) {
            (self.server, self.from, self.to) = (server, from, to)
        }
    }

    /// The picture of an event, as JPEG; nil when there is none.
    public typealias Pictures = @Sendable (_ event: Int64) async -> [UInt8]?

    /// Largest picture that is attached.
    private static let largestPicture = 4 << 20

    /// `email`.
    public let name = "email"
    /// What it is told, and when: a mail cannot be changed, so no updates.
    public let policy: NotificationPolicy
    private let settings: Settings
    private let client: OutboundClient
    private let pictures: Pictures

    /// A mailbox, or several.
    public init(
        _ settings: Settings, policy: NotificationPolicy, client: OutboundClient, pictures: @escaping Pictures
    ) {
        var policy = policy
        policy.tellsUpdates = false
        (self.settings, self.policy, self.client, self.pictures) = (settings, policy, client, pictures)
    }

    /// See ``NotificationReceiver``. The mails of one incident form a thread.
    public func deliver(_ notification: OutgoingNotification) async throws(NotifyError) {
        let body = notification.body
        var mail = MailMessage(
            from: settings.from, to: settings.to, subject: body.title, text: body.text + "\n",
            date: notification.madeAt,
            identifier: notification.key)
        // A reference that alert and escalation share, whether or not there is a mail of that name.
        if body.kind == .alert || body.kind == .escalation { mail.follows = "incident-\(body.incident.id)" }
        if let event = body.event, event.kind != "blind", let picture = await pictures(event.id),
            picture.count <= Self.largestPicture
        {
            mail.attachments = [.init(name: "event-\(event.id).jpg", type: "image/jpeg", bytes: picture)]
        }
        do throws(OutboundError) {
            try await client.send(mail, through: settings.server)
        } catch {
            throw .outbound(error)
        }
    }
}
