/// Where events are announced, which of them, and when.
public struct NotifyConfiguration: Hashable, Sendable {
    /// A mail server and who gets mail.
    public struct Email: Hashable, Sendable {
        /// `smtps://user:password@host` or `smtp://…`.
        public let server: SecretURL
        /// Address of the sender.
        public let from: String
        /// Addresses that it goes to.
        public let to: [String]
        /// Whether mail may travel in plain text to another machine.
        public let allowsPlainText: Bool
    }

    /// Receives a POST for each notification.
    public let webhook: SecretURL?
    /// Signs what the webhook gets.
    public let webhookSecret: Secret?
    /// The header `Authorization` that the webhook gets.
    public let webhookAuthorization: Secret?
    /// Broker and topic prefix.
    public let mqtt: SecretURL?
    /// Whether Home Assistant is told what there is.
    public let announcesToHomeAssistant: Bool
    /// Who gets mail.
    public let email: Email?
    /// What is told: queries by name, `anomaly`, `blind`; nil for all.
    public let sources: [String]?
    /// When nobody is to be woken.
    public let quietHours: DailyWindow?
    /// What is told in quiet hours all the same.
    public let urgent: [String]
    /// Most alerts an hour of one source.
    public let alertsPerHour: Int
    /// How long a camera is blind before it is told.
    public let blindAfter: Duration
    /// From one update of an incident to the next.
    public let updateInterval: Duration
    /// Whether events of recordings are told.
    public let tellsRecordings: Bool
    /// The longest wait before a delivery is tried again.
    public let longestRetry: Duration
    /// When a notification is given up.
    public let giveUpAfter: Duration

    /// Whether anybody is told.
    public var hasReceivers: Bool { webhook != nil || mqtt != nil || email != nil }
}
