/// The floors of the house: who may import whom. `docs/design/01-overview.md` shows the same table as a picture.
enum House {
    /// Modules of the toolchain that any target may import.
    static let system: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch", "RegexBuilder",
    ]

    /// Each target in `Sources` and the targets and packages that it may import.
    static let floors: [String: Set<String>] = [
        // cellar
        "CFFmpeg": [], "COpenBLAS": [], "CPostgres": [], "CKernels": [], "CCurl": [], "CMosquitto": [],
        // outside: what `make bench` measures with
        "CPeaks": [], "EncoderBench": ["NN", "VLM", "CPeaks"], "GroundingBench": ["Base", "NN", "Grounding"],
        "StoreBench": ["Base", "Store", "Logging"], "BankBench": ["Base", "NN", "Anomaly"],
        "SearchBench": ["Base", "Store", "Pipeline"], "GateBench": ["Base", "Ingest"], "DecoderBench": ["NN", "VLM"],
        // floor 0
        "Base": [],
        "NN": ["Base", "COpenBLAS", "CKernels", "Crypto"],
        // floor 1: rooms that never import each other
        "Ingest": ["Base", "CFFmpeg"],
        "VLM": ["Base", "NN"],
        "Grounding": ["Base", "NN"],
        "Anomaly": ["Base", "NN"],
        "Configuration": ["Base", "Yams"],
        "Hub": ["Base", "Crypto"],
        "Store": ["Base", "CPostgres", "Logging", "CoreMetrics"],
        "Outbound": ["Base", "CCurl"],
        // floor 2
        "Notify": ["Base", "Store", "Outbound", "CMosquitto", "Crypto", "Logging", "CoreMetrics"],
        "Pipeline": [
            "Base", "NN", "Ingest", "VLM", "Grounding", "Anomaly", "Store", "Outbound", "Logging",
            "CoreMetrics",
        ],
        // floor 3
        "Web": [
            "Base", "Ingest", "Grounding", "Anomaly", "Configuration", "Store", "Pipeline", "Logging", "Crypto",
            "ServiceLifecycle", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "NIOCore",
            "NIOHTTPTypes", "NIOSSL", "CoreMetrics",
        ],
        // floor 4
        "alertd": [
            "Base", "NN", "Ingest", "VLM", "Grounding", "Anomaly", "Configuration", "Store", "Hub", "Outbound",
            "Notify", "Pipeline", "Web", "ArgumentParser", "Logging", "UnixSignals", "ServiceLifecycle",
            "CoreMetrics",
        ],
    ]

    /// The one target that may import each C module.
    static let owners = [
        "CFFmpeg": "Ingest", "COpenBLAS": "NN", "CKernels": "NN", "CPostgres": "Store", "CCurl": "Outbound",
        "CMosquitto": "Notify",
    ]

    /// Swift files that may be longer than ``Rules/lineLimit``, each with its reason.
    static let longFiles: [String: String] = [:]

    /// Files that may start tasks or queues outside structured concurrency, each with its reason.
    static let unstructured: [String: String] = [:]

    /// Files whose force unwraps were looked at, each with its reason.
    static let unwraps: [String: String] = [:]
}
