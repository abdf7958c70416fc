internal import Base

/// A configuration as YAML with every default written out and every secret left out.
///
/// The reader takes it back; what differs then are the secrets alone. A text that was written with `${NAME}` is
/// printed as it was written.
public struct EffectiveConfiguration: Sendable {
    private let configuration: Configuration

    /// Prepares `configuration` for printing.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// The document, with a line break at its end.
    public var yaml: String {
        var page = YAMLPage()
        top(&page)
        http(&page)
        page.named("cameras", configuration.cameras) { camera, page in self.camera(camera, &page) }
        page.named("queries", configuration.queries) { query, page in self.query(query, &page) }
        services(&page)
        return page.text
    }

    /// Cameras and queries alone, in the file's order: what nodes that share a database must have in common. No secret is in
    /// it, so that its digest may lie in the database.
    public var watched: String {
        var page = YAMLPage()
        page.named("cameras", configuration.cameras) { camera, page in self.camera(camera, &page) }
        page.named("queries", configuration.queries) { query, page in self.query(query, &page) }
        return page.text
    }

    private func top(_ page: inout YAMLPage) {
        switch configuration.database {
        case .embedded: page.add("database", "embedded")
        case .url(let url): page.add("database", quoted: url.description)
        }
        page.add("state", text("state", configuration.state))
        page.section("log") { page in
            page.add("level", configuration.log.level.rawValue)
            page.add("format", configuration.log.format.rawValue)
        }
        page.section("models") { page in
            page.add("encoder", text("models.encoder", configuration.models.encoder))
            page.add("precision", configuration.models.precision.rawValue)
            page.add("describer", text("models.describer", configuration.models.describer))
            if let folder = configuration.models.sentences { page.add("sentences", text("models.sentences", folder)) }
        }
    }

    private func http(_ page: inout YAMLPage) {
        let http = configuration.http
        page.section("http") { page in
            page.add("listen", quoted: http.listen.description)
            if let tls = http.tls {
                page.section("tls") { page in
                    page.add("certificate", text("http.tls.certificate", tls.certificate))
                    page.add("key", text("http.tls.key", tls.key))
                }
            }
            let proxies = http.trustedProxies.map(YAMLText.quoted)
            page.add("trusted_proxies", "[" + proxies.joined(separator: ", ") + "]")
            page.add("hosts", "[" + http.hosts.map(YAMLText.quoted).joined(separator: ", ") + "]")
        }
    }

    private func services(_ page: inout YAMLPage) {
        let (notify, describe) = (configuration.notify, configuration.describe)
        if notify.hasReceivers { page.section("notify") { page in self.notify(notify, &page) } }
        page.section("describe") { page in
            page.add("tokens_per_hour", "\(describe.tokensPerHour)")
            switch describe.endpoint {
            case .local: page.add("endpoint", "local")
            case .remote(let url): page.add("endpoint", quoted: url.description)
            case .several(let services):
                page.named("endpoints", services) { service, page in self.service(service, &page) }
            }
            page.add("allow_remote", "\(describe.allowRemote)")
        }
        if let cluster = configuration.cluster { page.section("cluster") { page in self.cluster(cluster, &page) } }
    }

    private func cluster(_ cluster: ClusterConfiguration, _ page: inout YAMLPage) {
        page.add("node", text("cluster.node", cluster.node))
        if let address = cluster.address { page.add("address", quoted: address.description) }
        if cluster.token != nil { page.add("token", secret("cluster.token")) }
        page.add("lease_seconds", Self.seconds(cluster.lease))
        page.add("search_timeout_seconds", Self.seconds(cluster.searchTimeout))
    }

    private func notify(_ notify: NotifyConfiguration, _ page: inout YAMLPage) {
        if let url = notify.webhook { page.add("webhook", quoted: url.description) }
        if notify.webhookSecret != nil { page.add("webhook_secret", secret("notify.webhook_secret")) }
        if notify.webhookAuthorization != nil {
            page.add("webhook_authorization", secret("notify.webhook_authorization"))
        }
        if let url = notify.mqtt { page.add("mqtt", quoted: url.description) }
        page.add("home_assistant", "\(notify.announcesToHomeAssistant)")
        if let email = notify.email {
            page.section("email") { page in
                page.add("server", quoted: email.server.description)
                page.add("from", text("notify.email.from", email.from))
                page.add("to", list("notify.email.to", email.to))
                page.add("allow_plain_text", "\(email.allowsPlainText)")
            }
        }
        if let sources = notify.sources { page.add("sources", list("notify.sources", sources)) }
        if let hours = notify.quietHours { page.add("quiet_hours", quoted: hours.description) }
        page.add("urgent", list("notify.urgent", notify.urgent))
        page.add("alerts_per_hour", "\(notify.alertsPerHour)")
        page.add("blind_after_seconds", Self.seconds(notify.blindAfter))
        page.add("update_seconds", Self.seconds(notify.updateInterval))
        page.add("recordings", "\(notify.tellsRecordings)")
        page.add("longest_retry_seconds", Self.seconds(notify.longestRetry))
        page.add("give_up_hours", NumberText.of(notify.giveUpAfter / .seconds(3600)))
    }

    /// What stands for a secret: as it was written when that was `${NAME}`, else stars.
    private func secret(_ path: String) -> String {
        let written = configuration.written[path] ?? ""
        let isName = written.hasPrefix("${") && written.firstIndex(of: "}") == written.indices.last
        return YAMLText.quoted(isName ? written : "********")
    }

    private func list(_ path: String, _ texts: [String]) -> String {
        "[" + texts.enumerated().map { text("\(path)[\($0)]", $1) }.joined(separator: ", ") + "]"
    }

    private func camera(_ camera: CameraConfiguration, _ page: inout YAMLPage) {
        page.name(camera.name.name) { page in
            page.add("url", quoted: camera.url.description)
            page.add("record_url", quoted: camera.recordURL.description)
            page.add("transport", camera.transport.rawValue)
            page.add("open_timeout_seconds", Self.seconds(camera.openTimeout))
            page.add("read_timeout_seconds", Self.seconds(camera.readTimeout))
            page.add("tls_verify", "\(camera.verifiesTLS)")
            page.add("decoder", camera.decoder.rawValue)
            page.add("analyse_fps", NumberText.of(camera.analyseFPS))
            page.add("change_gate", "\(camera.gatesChanges)")
            page.add("masks", "[" + camera.masks.map(Self.polygon).joined(separator: ", ") + "]")
            let zones = camera.zones.sorted { $0.key < $1.key }
            page.add("zones", "{" + zones.map { "\($0): \(Self.polygon($1))" }.joined(separator: ", ") + "}")
            page.add("alarm_ceiling_per_day", NumberText.of(camera.alarmCeilingPerDay))
            page.section("retention") { page in
                page.add("encodings_days", "\(camera.retention.encodingsDays)")
                page.add("encodings_gib", NumberText.of(camera.retention.encodingsGiB))
                page.add("events_days", "\(camera.retention.eventsDays)")
                page.add("scores_days", "\(camera.retention.scoresDays)")
                page.add("clips_days", "\(camera.retention.clipsDays)")
                page.add("clips_gib", NumberText.of(camera.retention.clipsGiB))
            }
            page.section("clips") { page in
                page.add("pre_seconds", Self.seconds(camera.clips.before))
                page.add("post_seconds", Self.seconds(camera.clips.after))
            }
        }
    }

    private func query(_ query: QueryConfiguration, _ page: inout YAMLPage) {
        page.name(query.name) { page in
            page.add("text", text("queries.\(query.name).text", query.text))
            if !query.cameras.isEmpty {
                page.add("cameras", "[" + query.cameras.map { YAMLText.quoted($0.name) }.joined(separator: ", ") + "]")
            }
            if let zone = query.zone { page.add("zone", text("queries.\(query.name).zone", zone)) }
            if let active = query.active { page.add("active", quoted: active.description) }
            page.add("alarm_ceiling_per_day", NumberText.of(query.alarmCeilingPerDay))
        }
    }

    private func service(_ service: DescribeConfiguration.RemoteService, _ page: inout YAMLPage) {
        page.name(service.name) { page in
            page.add("url", quoted: service.url.description)
            if let model = service.model {
                page.add("model", text("describe.endpoints.\(service.name).model", model))
            }
            page.add("in_flight", "\(service.inFlight)")
            page.add("timeout_seconds", Self.seconds(service.timeLimit))
        }
    }

    private func text(_ path: String, _ value: String) -> String {
        YAMLText.quoted(configuration.written[path] ?? YAMLText.escaped(value))
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return NumberText.of(Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1000)
    }

    private static func polygon(_ polygon: Polygon) -> String {
        "[" + polygon.points.map { "[\(NumberText.of($0.x)), \(NumberText.of($0.y))]" }.joined(separator: ", ") + "]"
    }
}

/// Lines of a block-style YAML document.
private struct YAMLPage {
    private var lines: [String] = []
    private var indent = ""

    var text: String { lines.map { $0 + "\n" }.joined() }

    /// A key with a value that is YAML already.
    mutating func add(_ key: String, _ value: String) { lines.append("\(indent)\(key): \(value)") }

    /// A key with a text.
    mutating func add(_ key: String, quoted text: String) { add(key, YAMLText.quoted(text)) }

    /// A key with keys below it.
    mutating func section(_ key: String, _ body: (inout YAMLPage) -> Void) {
        lines.append("\(indent)\(key):")
        let outer = indent
        indent += "  "
        body(&self)
        indent = outer
    }

    /// A chosen name with keys below it.
    mutating func name(_ name: String, _ body: (inout YAMLPage) -> Void) { section(name, body) }

    /// A key with chosen names below it; without any, an empty mapping.
    mutating func named<Element>(_ key: String, _ elements: [Element], _ body: (Element, inout YAMLPage) -> Void) {
        if elements.isEmpty { return add(key, "{}") }
        section(key) { page in elements.forEach { body($0, &page) } }
    }
}
