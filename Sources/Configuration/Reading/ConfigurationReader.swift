internal import Base
internal import Yams

/// From a file's text to a ``Configuration``, or to everything that is wrong with it.
struct ConfigurationReader {
    let context: ReadingContext

    /// Largest file that is read, in bytes.
    static let largestFile = 1 << 20

    /// Reads `text`, which came from the file called `file` in errors.
    static func read(
        _ text: String, file: String, expansion: Expansion, overrides: [String: ReadingContext.Override],
        defaultState: String?
    ) throws(ConfigurationError) -> Configuration {
        let tree: YAMLTree
        do {
            tree = try YAMLTree(text)
        } catch {
            let place = ConfigurationProblem.Place.file(
                file, line: error.position?.line, column: error.position?.column)
            throw ConfigurationError([ConfigurationProblem(place, "", error.problem, error.allowed)])
        }
        let context = ReadingContext(file: file, tree: tree, expansion: expansion, overrides: overrides)
        let root = tree.root.flatMap { SectionReader.isEmptyScalar($0) ? nil : $0 }
        let section = SectionReader(root, path: "", pattern: "", context: context)
        let configuration = ConfigurationReader(context: context).configuration(section, defaultState)
        if !context.problems.isEmpty { throw ConfigurationError(context.problems) }
        return configuration
    }

    private func configuration(_ root: SectionReader, _ defaultState: String?) -> Configuration {
        let cameras = root.namedSections("cameras").compactMap { camera($0.name, $0.section) }
        let database = root.url("database", mayLackHost: true)
        let hasState = root.has("state") || context.overrides["state"] != nil
        let state = root.text("state") ?? ""
        let models = root.section("models")
        let log = root.section("log")
        return Configuration(
            database: database.map(Configuration.Database.url) ?? .embedded,
            state: hasState ? state : defaultState ?? state,
            log: LogConfiguration(level: log.choice("level"), format: log.choice("format")),
            models: ModelsConfiguration(
                encoder: models.text("encoder") ?? "", precision: models.choice("precision"),
                describer: models.text("describer") ?? "", sentences: models.text("sentences")),
            http: http(root.section("http")), cameras: cameras, queries: queries(root, cameras),
            notify: notify(root.section("notify"), root), describe: describe(root.section("describe")),
            cluster: cluster(root.section("cluster"), isEmbedded: database == nil),
            written: context.written)
    }

    private func http(_ section: SectionReader) -> HTTPConfiguration {
        let listen = section.listen("listen")
        let proxies =
            section.texts("trusted_proxies", else: Refusal("not an address"), IPAddress.isAddressOrNetwork) ?? []
        let hosts = section.texts("hosts", else: Refusal("not a host name"), ListenAddress.isHost) ?? []
        var tls: HTTPConfiguration.TLS?
        if section.has("tls") {
            let files = section.section("tls")
            if let certificate = files.text("certificate"), let key = files.text("key") {
                tls = .init(certificate: certificate, key: key)
            }
        }
        if !listen.isLoopback, !section.has("tls"), proxies.isEmpty {
            section.report(
                "listen", "open to other machines without encryption",
                "127.0.0.1 or ::1, or beside it http.tls or http.trusted_proxies")
        }
        return HTTPConfiguration(listen: listen, tls: tls, trustedProxies: proxies, hosts: hosts)
    }

    private func describe(_ section: SectionReader) -> DescribeConfiguration {
        let url = section.url("endpoint")
        let services = section.namedSections("endpoints").compactMap { service($0.name, $0.section) }
        let allowRemote = section.boolean("allow_remote")
        let named = url != nil ? "endpoint" : services.isEmpty ? nil : "endpoints"
        if let named, !allowRemote {
            section.report(named, "frames would leave this process", "local, or beside the address allow_remote: true")
        }
        if url != nil, section.has("endpoints") {
            section.report("endpoints", "there is an address in describe.endpoint too", "one of the two")
        }
        let several = services.isEmpty ? DescribeConfiguration.Endpoint.local : .several(services)
        return DescribeConfiguration(
            tokensPerHour: section.integer("tokens_per_hour"),
            endpoint: url.map(DescribeConfiguration.Endpoint.remote) ?? several, allowRemote: allowRemote)
    }

    private func service(_ name: String, _ section: SectionReader) -> DescribeConfiguration.RemoteService? {
        let url = section.url("url")
        if !section.has("url") { section.reportMissing("url") }
        let (model, inFlight) = (section.text("model"), section.integer("in_flight"))
        let timeLimit = section.seconds("timeout_seconds")
        guard let url else { return nil }
        return .init(name: name, url: url, model: model, inFlight: inFlight, timeLimit: timeLimit)
    }
}
