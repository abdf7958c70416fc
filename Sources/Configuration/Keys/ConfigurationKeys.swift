/// The table of all keys, in the order of the reference: the one place where a key is declared.
public enum ConfigurationKeys {
    /// Every key, a section before what it holds.
    public static let all: [ConfigurationKey] = top + cameras + queries + notify + services + cluster

    /// The keys that stand directly in the section with this path (`NAME` for chosen names).
    public static func keys(of section: String) -> [ConfigurationKey] { all.filter { $0.section == section } }

    /// The key with this path.
    public static func key(_ path: String) -> ConfigurationKey? { all.first { $0.path == path } }

    /// The keys that environment or command line can override.
    public static var overridable: [ConfigurationKey] { all.filter { $0.environment != nil || $0.option != nil } }

    private static let top: [ConfigurationKey] = [
        .init(
            "database", .url(word: "embedded", schemes: ["postgresql", "postgres"]), default: "embedded",
            environment: "ALERTD_DATABASE", option: "--database",
            "Which PostgreSQL holds the events. `embedded` is a private cluster under the state directory, for trials."),
        .init(
            "state", .path, default: "/var/lib/alertd", environment: "ALERTD_STATE", option: "--state",
            "Directory for everything that alertd writes: encodings, clips, spool, the embedded database."),
        .init("log", .section, "What is logged, on standard error."),
        .init(
            "log.level", .choice(LogConfiguration.Level.allCases.map(\.rawValue)), default: "info",
            environment: "ALERTD_LOG_LEVEL", option: "--log-level", "Least severity that is logged."),
        .init(
            "log.format", .choice(LogConfiguration.Format.allCases.map(\.rawValue)), default: "text",
            environment: "ALERTD_LOG_FORMAT", "Lines for people and journald, or one JSON object a line."),
        .init("models", .section, "Which models are used."),
        .init(
            "models.encoder", .model, default: "starter", environment: "ALERTD_MODELS_ENCODER",
            "The model that turns frames and sentences into encodings."),
        .init(
            "models.precision", .choice(ModelsConfiguration.Precision.allCases.map(\.rawValue)), default: "auto",
            environment: "ALERTD_MODELS_PRECISION",
            "What the encoder computes with. `int8` is some three times as fast and takes a quarter of the memory; vectors "
                + "turn by less than 0.002 in cosine. `auto` is `int8` from 50 million parameters on (ViT-B and larger), "
                + "where encoding decides how many cameras a machine carries, and `fp32` below. Encodings of two "
                + "precisions are never compared, so a change starts search and anomaly anew."),
        .init(
            "models.describer", .model, default: "starter", environment: "ALERTD_MODELS_DESCRIBER",
            "The model that describes events in words."),
        .init(
            "models.sentences", .path, environment: "ALERTD_MODELS_SENTENCES",
            "The folder of a sentence encoder (MiniLM, or another BERT of sentence-transformers). With it search finds descriptions "
                + "by their meaning, else by their words alone."),
        .init("http", .section, "The page, the API and the metrics."),
        .init(
            "http.listen", .listen, default: "127.0.0.1:8750", environment: "ALERTD_HTTP_LISTEN",
            "Where the service listens; port 0 takes any free one, `unix:/path` is a socket in the file system. "
                + "Beyond this machine only with a token (`alertd token`) and `tls` or `trusted_proxies`."),
        .init("http.tls", .section, "Certificate and key; without them the service speaks plain HTTP."),
        .init("http.tls.certificate", .path, isRequired: true, "Certificate chain in PEM."),
        .init("http.tls.key", .path, isRequired: true, "Private key in PEM."),
        .init(
            "http.trusted_proxies", .networks, default: "[]",
            "Reverse proxies whose `X-Forwarded-…` headers are believed."),
        .init(
            "http.hosts", .hostNames, default: "[]",
            "Names under which clients reach the service, beside `localhost`, 127.0.0.1, ::1 and the one in `listen`. "
                + "Requests that name another host are refused."),
    ]

    private static let queries: [ConfigurationKey] = [
        .init("queries", .named, "Standing queries, by name. They change only here."),
        .init("queries.NAME.text", .sentence, isRequired: true, "What is looked for, as an English sentence."),
        .init("queries.NAME.cameras", .cameraNames, "The cameras it is watched on; all of them when absent."),
        .init("queries.NAME.zone", .name, "The zone it is bound to; each of its cameras must have it."),
        .init(
            "queries.NAME.active", .window,
            "The part of the day in which it is watched, local time; it may run past midnight. All day when absent."),
        .init(
            "queries.NAME.alarm_ceiling_per_day", .number(0.001...10_000), default: "1", unit: "alarms a day",
            "Most false alarms on footage without the queried thing."),
    ]

    private static let services: [ConfigurationKey] = [
        .init("describe", .section, "How events are described in words."),
        .init(
            "describe.tokens_per_hour", .integer(0...10_000_000), default: "20000", unit: "tokens an hour",
            "Most tokens generated; 0 describes nothing."),
        .init(
            "describe.endpoint", .url(word: "local", schemes: ["https", "http"]), default: "local",
            "`local` is the model named above; an address is an OpenAI-compatible service, `https://:${KEY}@host/v1`: its "
                + "password is sent as bearer token, and the first model that it lists is asked."),
        .init(
            "describe.endpoints", .named,
            "Several services by name, in place of `endpoint`. A description goes to the first of the file's order that is "
                + "well and has room; when that one fails, to the next."),
        .init(
            "describe.endpoints.NAME.url", .url(word: nil, schemes: ["https", "http"]), isRequired: true,
            "The service's address, `https://:${KEY}@host/v1`: its password is sent as bearer token."),
        .init(
            "describe.endpoints.NAME.model", .sentence,
            "The model's name there; the first that the service lists when absent."),
        .init(
            "describe.endpoints.NAME.in_flight", .integer(1...64), default: "1", unit: "requests",
            "Most requests that it is sent at a time."),
        .init(
            "describe.endpoints.NAME.timeout_seconds", .number(1...3600), default: "120", unit: "s",
            "Longest wait for an answer, after which the next service is asked."),
        .init(
            "describe.allow_remote", .boolean, default: "false",
            "Whether frames may be sent to the endpoint's address. An address needs `true`."),
    ]
}
