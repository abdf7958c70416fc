import Base
import Configuration
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Pipeline
import Store
import TestSupport
import Testing
import Web

/// A service over a database of its own, asked without a socket.
struct WebSite {
    /// The moment from which events are placed.
    static let noon = WallTime(microseconds: 1_777_636_800_000_000)

    let store: EventStore
    let services: WebServices
    let server: WebServer
    let responder: WebResponder
    let folder: ScratchFolder
    let pictures = PictureBoard()
    let drafts = DescriptionDrafts()

    /// What came back.
    struct Reply {
        let status: Int
        let headers: HTTPFields
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as an object.
        func object() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any], "\(text)")
        }
        /// A list's items.
        func items() throws -> [[String: Any]] { try #require(try object()["items"] as? [[String: Any]]) }
        var parameter: String? { (try? object())?["parameter"] as? String }
    }

    init(
        configuration text: String =
            "cameras: { gate: { url: 'rtsp://127.0.0.1/1' }, yard: { url: 'rtsp://127.0.0.1/2' } }",
        web: WebConfiguration = WebConfiguration(), limits: WebLimits = WebLimits(),
        search:
            @escaping @Sendable (String, FootageSearch.Scope, Int, SearchCursor?) async throws -> [FootageSearch.Hit] =
            { _, _, _, _ in [] },
        missing: [String] = [],
        backTest: @escaping WebServices.BackTest = { _, camera, _ in
            QueryBackTest.Report(camera: camera, hits: [], watchedSeconds: 0)
        },
        unknownWords: @escaping WebServices.UnknownWords = { _ in [] },
        problem: @escaping @Sendable () -> String? = { nil },
        before prepare: (EventStore) async throws -> Void = { _ in }
    ) async throws {
        let url = try TemporaryPostgres.server().makeDatabase()
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        store = try await EventStore.connect(.url(url), logger: quiet)
        try await store.migrate()
        folder = try ScratchFolder()
        // The daemon has it before it serves.
        try FileManager.default.createDirectory(at: folder.file("state"), withIntermediateDirectories: false)
        let page = folder.file("page")
        try FileManager.default.createDirectory(at: page.appending(path: "js"), withIntermediateDirectories: true)
        try Data("<p>page</p>".utf8).write(to: page.appending(path: "index.html"))
        try Data("<p>login</p>".utf8).write(to: page.appending(path: "login.html"))
        try Data("p {}".utf8).write(to: page.appending(path: "login.css"))
        try Data("let a = 1".utf8).write(to: page.appending(path: "js/main.js"))
        try Data("secret".utf8).write(to: folder.file("outside.txt"))
        let sources = ConfigurationSources(
            commandLine: .init(database: nil, state: folder.file("state").path, logLevel: nil), environment: [:],
            expansion: .system(environment: [:]), defaultState: folder.file("state").path)
        let configuration = try sources.resolve(yaml: text, file: "alertd.yaml")
        services = WebServices(
            store: store, history: store, board: CameraBoard(), pictures: pictures,
            clips: EventClips(events: store, footage: FootageFiles(stateDirectory: folder.file("state").path)),
            search: { .init(hits: try await search($0, $1, $2, $3), missing: missing) }, backTest: backTest,
            unknownWords: unknownWords, drafts: drafts, configuration: { configuration }, problem: problem,
            metrics: MetricRegistry(),
            measure: { $0.report("alertd_camera_up", [(["camera": "gate"], 1)]) },
            pageFolder: page, version: "9.9.9", logger: quiet)
        var web = web
        web.limits = limits
        server = WebServer(services, web)
        try await prepare(store)
        try await server.prepare()
        responder = server.makeResponder()
    }

    /// Runs `body` while the server listens at a port of this machine.
    func serving(_ body: (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            while server.port == nil { try await ContinuousClock().sleep(for: .milliseconds(10)) }
            try await body(try #require(server.port))
        }
    }

    /// A request as it would come from `peer`.
    func send(
        _ method: HTTPRequest.Method, _ path: String, host: String? = "localhost:8750", headers: HTTPFields = [:],
        body: String? = nil, peer: String = "127.0.0.1"
    ) async throws -> Reply {
        var headers = headers
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let context = WebContext(
            peer: try SocketAddress(ipAddress: peer, port: 5000),
            local: try SocketAddress(ipAddress: "127.0.0.1", port: 8750), logger: quiet)
        let response = await responder.respond(to: request, context: context)
        let sink = Sink()
        try await response.body.write(SinkWriter(sink: sink))
        return Reply(
            status: response.status.code, headers: response.headers,
            body: Data(sink.bytes.withLock { $0 }))
    }

    func get(_ path: String, headers: HTTPFields = [:], peer: String = "127.0.0.1") async throws -> Reply {
        try await send(.get, path, headers: headers, peer: peer)
    }

    func post(_ path: String, _ body: String, headers: HTTPFields = [:]) async throws -> Reply {
        try await send(.post, path, headers: headers, body: body)
    }

    /// Stores a token and gives its `Authorization`.
    func token(
        _ name: String, _ scope: AccessTokenRecord.Scope = .read, cameras: [String]? = nil
    ) async throws -> String {
        let token = AccessToken.make()
        let record = AccessTokenRecord(
            name: name, digest: AccessToken.digest(of: token), scope: scope, cameras: cameras)
        #expect(try await store.addAccessToken(record))
        return token
    }

    /// Stores a closed query event and gives its number.
    @discardableResult
    func event(
        _ start: Double, _ end: Double, camera: String = "gate", query: String = "person"
    ) async throws -> Int64 {
        let id = try #require(CameraID(camera))
        let event = Event(
            camera: id, source: .query(name: query, text: "a \(query)"),
            during: TimeSpan(
                start: Self.noon.advanced(bySeconds: start), end: Self.noon.advanced(bySeconds: end)),
            startError: 1, endError: 2, isOpen: false, score: 0.5, anomalyScore: nil,
            box: Box(left: 0.1, top: 0.2, right: 0.3, bottom: 0.4), clock: .file)
        let key = "\(camera)/\(query)/\(start)"
        return try await store.record([EventWrite(event: event, description: "words", idempotencyKey: key)])[0].id
    }
}

private final class Sink: Sendable {
    let bytes = Locked<[UInt8]>([])
}

private struct SinkWriter: ResponseBodyWriter {
    let sink: Sink

    mutating func write(_ buffer: ByteBuffer) async throws {
        let bytes = Array(buffer.readableBytesView)
        sink.bytes.withLock { $0 += bytes }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
