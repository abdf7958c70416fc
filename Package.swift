// swift-tools-version: 6.2
// The house: C shims in the cellar, Base and NN on floor 0, rooms that never import each other on floor 1, Pipeline and
// Notify on floor 2, Web on floor 3, the program on floor 4. Imports go strictly down (docs/design/01-overview.md).
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: settings)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
// A package behind hummingbird has a module of the name of our own room.
let names = ["Configuration": "SwiftConfiguration"]
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird", moduleAliases: names)
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird", moduleAliases: names)
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird", moduleAliases: names)
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "alertd",
    products: [.executable(name: "alertd", targets: ["alertd"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // cellar: C libraries and our C kernels, each imported by one room only
        .systemLibrary(name: "CFFmpeg", pkgConfig: "libavformat", providers: [.apt(["libavformat-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .target(name: "CKernels"),
        // floor 0
        room("Base", []),
        room("NN", ["Base", "COpenBLAS", "CKernels", crypto]),
        // floor 1
        room("Ingest", ["Base", "CFFmpeg"]),
        room("VLM", ["Base", "NN"]),
        room("Grounding", ["Base", "NN"]),
        room("Anomaly", ["Base", "NN"]),
        room("Configuration", ["Base", yams]),
        room("Hub", ["Base", crypto]),
        room("Store", ["Base", "CPostgres", logging, metrics], resources: [.embedInCode("Schema/001_initial.sql")]),
        room("Outbound", ["Base", "CCurl"]),
        // floor 2
        room("Notify", ["Base", "Store", "Outbound", "CMosquitto", crypto, logging, metrics]),
        room(
            "Pipeline",
            ["Base", "NN", "Ingest", "VLM", "Grounding", "Anomaly", "Store", "Outbound", logging, metrics]),
        // floor 3
        room(
            "Web",
            [
                "Base", "Ingest", "Grounding", "Anomaly", "Configuration", "Store", "Pipeline", logging, crypto,
                lifecycle, hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, nioCore, nioHTTPTypes, nioSSL,
                metrics,
            ], resources: [.embedInCode("OpenAPI/openapi.json")]),
        // floor 4
        .executableTarget(
            name: "alertd",
            dependencies: [
                "Base", "NN", "Ingest", "VLM", "Grounding", "Anomaly", "Configuration", "Store", "Hub", "Outbound",
                "Notify", "Pipeline", "Web", arguments, logging, signals, lifecycle, metrics,
            ],
            swiftSettings: settings),
        // outside: what `make bench` measures with
        .target(name: "CPeaks", path: "Benchmarks/CPeaks"),
        .executableTarget(
            name: "EncoderBench", dependencies: ["NN", "VLM", "CPeaks"], path: "Benchmarks/EncoderBench",
            swiftSettings: settings),
        .executableTarget(
            name: "BankBench", dependencies: ["Base", "NN", "Anomaly"], path: "Benchmarks/BankBench",
            swiftSettings: settings),
        .executableTarget(
            name: "StoreBench", dependencies: ["Base", "Store", logging], path: "Benchmarks/StoreBench",
            swiftSettings: settings),
        .executableTarget(
            name: "SearchBench", dependencies: ["Base", "Store", "Pipeline"], path: "Benchmarks/SearchBench",
            swiftSettings: settings),
        .executableTarget(
            name: "GroundingBench", dependencies: ["Base", "NN", "Grounding"], path: "Benchmarks/GroundingBench",
            swiftSettings: settings),
        .executableTarget(
            name: "GateBench", dependencies: ["Base", "Ingest"], path: "Benchmarks/GateBench",
            swiftSettings: settings),
        .executableTarget(
            name: "DecoderBench", dependencies: ["NN", "VLM"], path: "Benchmarks/DecoderBench", swiftSettings: settings),
        // tests
        .target(
            name: "TestSupport", dependencies: ["Base", "NN"], path: "Tests/TestSupport",
            exclude: [
                "rtsp-server.py", "hostile-camera.py", "web-server.py", "mail-server.py", "hub-server.py",
                "chat-server.py", "postgres-proxy.py",
            ],
            swiftSettings: settings),
        tests("BaseTests", ["Base"]),
        tests("NNTests", ["Base", "NN"]),
        tests("IngestTests", ["Base", "Ingest"]),
        tests("VLMTests", ["Base", "NN", "VLM"]),
        tests("GroundingTests", ["Base", "NN", "Grounding"]),
        tests("AnomalyTests", ["Base", "NN", "Anomaly"]),
        tests("ConfigurationTests", ["Base", "Configuration", yams]),
        tests("HubTests", ["Base", "Hub", crypto]),
        tests("StoreTests", ["Base", "Store", logging]),
        tests("NotifyTests", ["Base", "Store", "Outbound", "Notify", logging]),
        tests("OutboundTests", ["Base", "Outbound"]),
        tests(
            "PipelineTests", ["Base", "NN", "VLM", "Grounding", "Anomaly", "Store", "Outbound", "Pipeline", logging]),
        tests(
            "WebTests",
            [
                "Base", "Grounding", "Configuration", "Store", "Pipeline", "Web", logging, hummingbird, httpTypes,
                nioCore, metrics,
            ]),
        tests("ParityTests", ["Base", "NN", "VLM", "Grounding", "Anomaly"], exclude: ["pending.txt"]),
        tests("ArchitectureTests", ["Base"]),
        tests("IntegrationTests", ["alertd", "Base", "Store", logging]),
    ]
)

// A sanitizer's build holds what reads foreign media, and no more (scripts/long.d).
if Context.environment["ALERTD_SANITIZE"] != nil {
    let kept: Set = [
        "CFFmpeg", "COpenBLAS", "CKernels", "Base", "NN", "Ingest", "TestSupport", "BaseTests", "IngestTests",
    ]
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll()
}

// Fuzzers bring a main function of their own, so only scripts/fuzz builds them.
if Context.environment["ALERTD_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzTests", dependencies: ["NN", "VLM", "Ingest"], path: "Tests/FuzzTests", exclude: ["corpus"],
            swiftSettings: settings))
}
