internal import Configuration
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Store

/// Health, metrics, the API's description, who asks, and the configuration.
struct ServiceRoutes: Sendable {
    let services: WebServices
    let tokens: TokenBook
    let streams: EventStreams

    private struct Health: Encodable {
        let status: String
    }

    private struct Session: Encodable {
        let authenticated: Bool
        let name: String?
        let scope: String
        let cameras: [String]?
        let version: String

        private enum Key: String, CodingKey { case authenticated, name, scope, cameras, version }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(authenticated, forKey: .authenticated)
            try container.encode(name, forKey: .name)
            try container.encode(scope, forKey: .scope)
            try container.encode(cameras, forKey: .cameras)
            try container.encode(version, forKey: .version)
        }
    }

    private struct Effective: Encodable {
        let yaml: String
    }

    var all: [Route] {
        [
            Route(.get, "/healthz", access: .anybody) { _ in try Answer.json(Health(status: "ok")) },
            Route(.get, "/readyz") { _ in
                if let problem = services.problem() { throw WebError.busy(problem, retryAfter: 5) }
                guard tokens.count != nil else { throw WebError.busy("the database does not answer", retryAfter: 5) }
                return try Answer.json(Health(status: "ok"))
            },
            Route(.get, "/metrics", produces: [MediaTypes.metrics]) { request in
                try Self.requireAllCameras(request.caller)
                await services.measure(services.metrics)
                services.metrics.report("alertd_http_stream_clients", [([:], Double(streams.count))])
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store",
                    ], body: ResponseBody(byteBuffer: ByteBuffer(string: services.metrics.text)))
            },
            Route(.get, "/openapi.json") { request in
                try FileAnswer.bytes(OpenAPI.document(version: services.version), type: MediaTypes.json, to: request)
            },
            Route(.get, "/api/v1/session") { request in
                let caller = request.caller
                return try Answer.json(
                    Session(
                        authenticated: caller.name != nil, name: caller.name, scope: caller.scope.rawValue,
                        cameras: caller.cameras, version: services.version))
            },
            Route(.get, "/api/v1/configuration", access: .admin) { request in
                try Self.requireAllCameras(request.caller)
                return try Answer.json(Effective(yaml: EffectiveConfiguration(services.configuration()).yaml))
            },
        ]
    }

    /// What speaks of all cameras is not for a token of some.
    private static func requireAllCameras(_ caller: Caller) throws(WebError) {
        if caller.cameras != nil { throw .forbidden("this speaks of all cameras; the token shows some") }
    }
}
