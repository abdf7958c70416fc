internal import Base

extension ConfigurationReader {
    /// Who is told of events. Names of queries are not checked: a query may be added by command.
    func notify(_ section: SectionReader, _ root: SectionReader) -> NotifyConfiguration {
        let secret = section.text("webhook_secret").map(Secret.init)
        let authorization = section.text("webhook_authorization").map(Secret.init)
        let webhook = section.url("webhook", hidesPath: true)
        if webhook == nil, !section.has("webhook") {
            for key in ["webhook_secret", "webhook_authorization"] where section.has(key) {
                section.report(key, "there is no webhook", "beside notify.webhook")
            }
        }
        let sources = names("sources", section)
        if section.has("sources"), sources?.isEmpty == true {
            section.report("sources", "an empty list tells nothing", "leave it out for everything")
        }
        return NotifyConfiguration(
            webhook: webhook, webhookSecret: secret, webhookAuthorization: authorization, mqtt: section.url("mqtt"),
            announcesToHomeAssistant: section.boolean("home_assistant"),
            email: section.has("email") ? email(section.section("email")) : nil, sources: sources,
            quietHours: section.window("quiet_hours"), urgent: names("urgent", section) ?? [],
            alertsPerHour: section.integer("alerts_per_hour"), blindAfter: section.seconds("blind_after_seconds"),
            updateInterval: section.seconds("update_seconds"), tellsRecordings: section.boolean("recordings"),
            longestRetry: section.seconds("longest_retry_seconds"),
            giveUpAfter: .milliseconds(Int64((section.number("give_up_hours") * 3_600_000).rounded())))
    }

    private func names(_ key: String, _ section: SectionReader) -> [String]? {
        section.texts(key, else: Refusal("not a name", allowed: ConfigurationKind.nameRule), ChosenName.isName)
    }

    private func email(_ section: SectionReader) -> NotifyConfiguration.Email? {
        let server = section.url("server")
        if !section.has("server") { section.reportMissing("server") }
        let from = section.text("from")
        let to = section.texts("to", else: Refusal("not a mail address"), AddressRules.isMail)
        if !section.has("to") { section.reportMissing("to") }
        if let to, to.isEmpty { section.report("to", "it goes to nobody", ConfigurationKind.mailAddresses.allowed) }
        let allowsPlainText = section.boolean("allow_plain_text")
        guard let server, let from, let to, !to.isEmpty else { return nil }
        return NotifyConfiguration.Email(server: server, from: from, to: to, allowsPlainText: allowsPlainText)
    }
}
