extension ConfigurationKeys {
    /// The keys of notifications.
    static let notify: [ConfigurationKey] = [
        .init("notify", .section, "Where events are announced, which of them, and when."),
        .init(
            "notify.webhook", .url(word: nil, schemes: ["https", "http"]),
            "Receives a POST for each notification. Its path is treated as a secret."),
        .init(
            "notify.webhook_secret", .secret,
            "Signs each POST: HMAC-SHA256 over its time stamp, a dot and its body. Unsigned when absent."),
        .init("notify.webhook_authorization", .secret, "The header `Authorization` of each POST, such as `Bearer …`."),
        .init(
            "notify.mqtt", .url(word: nil, schemes: ["mqtt", "mqtts"]),
            "Broker and topic prefix: `mqtt://user:${PASSWORD}@host:1883/alertd`."),
        .init(
            "notify.home_assistant", .boolean, default: "true",
            "Whether Home Assistant's MQTT discovery is told of every camera and query."),
        .init("notify.email", .section, "Who gets a mail for each alert."),
        .init(
            "notify.email.server", .url(word: nil, schemes: ["smtps", "smtp"]), isRequired: true,
            "Mail server: `smtps://user:${PASSWORD}@host` or, with STARTTLS, `smtp://user:${PASSWORD}@host:587`."),
        .init("notify.email.from", .mailAddress, isRequired: true, "Address of the sender."),
        .init("notify.email.to", .mailAddresses, isRequired: true, "Addresses that it goes to."),
        .init(
            "notify.email.allow_plain_text", .boolean, default: "false",
            "Whether mail and password may travel unencrypted when the server on another machine offers no STARTTLS."),
        .init(
            "notify.sources", .sourceNames,
            "What is told: queries by name, `anomaly`, `blind`; everything when absent."),
        .init(
            "notify.quiet_hours", .window,
            "When nobody is to be woken, local time; it may run past midnight. What happens then is summed up when they end."
        ),
        .init(
            "notify.urgent", .sourceNames, default: "[]",
            "What is told in quiet hours all the same: queries by name, `anomaly`, `blind`."),
        .init(
            "notify.alerts_per_hour", .integer(1...3600), default: "6", unit: "alerts an hour",
            "Most alerts of one query, of anomalies, or of one blind camera; what is held back is counted in the next one."
        ),
        .init(
            "notify.blind_after_seconds", .number(0...86_400), default: "60", unit: "s",
            "How long a camera is blind before it is told, and sees again before that is."),
        .init(
            "notify.update_seconds", .number(0...86_400), default: "10", unit: "s",
            "Least time between two updates of one incident. New words are told at once."),
        .init(
            "notify.recordings", .boolean, default: "false",
            "Whether events of recordings (`alertd ingest`) are told too."),
        .init(
            "notify.longest_retry_seconds", .number(0.1...3600), default: "60", unit: "s",
            "Longest wait before a delivery that failed is tried again; the first wait is a second, each twice the last."
        ),
        .init(
            "notify.give_up_hours", .number(0.001...8760), default: "24", unit: "h",
            "A notification that was not taken for so long is given up; `alertd doctor` names it."),
    ]
}
