internal import Base
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pipeline

/// Changes of events as server-sent events (WHATWG HTML, section 9.2).
struct StreamRoutes: Sendable {
    let streams: EventStreams
    let most: Int

    private struct Ready: Encodable {
        let last: Int64
    }

    private struct DraftLine: Encodable {
        let draft: DescriptionDrafts.Draft

        private enum Key: String, CodingKey { case id, camera, text }

        init(_ draft: DescriptionDrafts.Draft) { self.draft = draft }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(draft.event, forKey: .id)
            try container.encode(draft.camera, forKey: .camera)
            try container.encode(draft.text, forKey: .text)
        }
    }

    var all: [Route] {
        [
            Route(
                .get, "/api/v1/stream", produces: [MediaTypes.events], parameters: ["after", "drafts"], limit: nil,
                handler: stream)
        ]
    }

    private func stream(_ request: WebRequest) async throws -> Response {
        let after = try request.query.optionalInteger("after", 0...QueryParameters.largest)
        let wantsDrafts = try request.query.word("drafts", ["true", "false"]) == "true"
        let resumed = try Self.lastEventID(request.headers)
        guard let newest = streams.newest else {
            throw WebError.busy("the database does not answer", retryAfter: 2)
        }
        guard streams.count < most else { throw WebError.busy("\(most) clients follow already", retryAfter: 10) }
        let headers: HTTPFields = [
            .contentType: MediaTypes.events, .cacheControl: "no-store",
            HTTPField.Name("X-Accel-Buffering") ?? .origin: "no",
        ]
        if request.isHead { return Response(status: .ok, headers: headers) }
        guard let client = streams.enter(wantsDrafts: wantsDrafts) else {
            throw WebError.busy("alertd stops", retryAfter: 5)
        }
        let start = resumed ?? after ?? newest
        let (streams, caller, body) = (streams, request.caller, request.request.body)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await body.consumeWithCancellationOnInboundClose { _ in
                    try await Self.serve(streams, client, from: start, caller, &writer)
                }
                try await writer.finish(nil)
            })
    }

    private static func serve(
        _ streams: EventStreams, _ client: EventStreams.Client, from start: Int64, _ caller: Caller,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        var last = start
        let ready = "retry: 2000\nid: \(last)\nevent: ready\ndata: \(try JSONLine.text(Ready(last: last)))\n\n"
        try await writer.write(ByteBuffer(string: ready))
        var draft = 0
        var isQuiet = false
        while !Task.isCancelled {
            switch streams.next(after: last) {
            case .messages(let messages):
                last = try await send(messages, caller, after: last, &writer)
                isQuiet = false
            case .behind(let floor):
                let messages = try await streams.read(after: last)
                // What was erased meanwhile is in no row.
                last = messages.isEmpty ? floor : try await send(messages, caller, after: last, &writer)
                isQuiet = false
            case .ahead(let newest):
                last = newest
                try await writer.write(ByteBuffer(string: "id: \(last)\nevent: resync\ndata: {\"last\":\(last)}\n\n"))
            case .nothing:
                let drafts = client.wantsDrafts ? streams.drafts(after: draft) : []
                if let newest = drafts.last {
                    draft = newest.version
                    try await send(drafts, caller, &writer)
                    isQuiet = false
                    continue
                }
                // Woken for nothing: that was the tick.
                if isQuiet { try await writer.write(ByteBuffer(string: ": alive\n\n")) }
                isQuiet = true
                guard try await client.wake.next() != nil else { return }
            case .ended: return
            }
        }
    }

    /// Sends what the caller may see; the number of the last change, sent or not.
    private static func send(
        _ messages: [EventStreams.Message], _ caller: Caller, after last: Int64,
        _ writer: inout any ResponseBodyWriter
    ) async throws -> Int64 {
        var bytes = ByteBuffer()
        for message in messages where caller.cameras == nil || message.camera.map(caller.maySee) == true {
            bytes.writeImmutableBuffer(message.bytes)
        }
        if bytes.readableBytes > 0 { try await writer.write(bytes) }
        return messages.last?.id ?? last
    }

    /// Texts so far. They have no id, so that a client goes on from the last change.
    private static func send(
        _ drafts: [DescriptionDrafts.Draft], _ caller: Caller, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var text = ""
        for draft in drafts where caller.maySee(draft.camera) {
            text += "event: draft\ndata: \(try JSONLine.text(DraftLine(draft)))\n\n"
        }
        if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
    }

    private static func lastEventID(_ headers: HTTPFields) throws(WebError) -> Int64? {
        guard let text = headers[.lastEventID], !text.isEmpty else { return nil }
        guard let number = QueryParameters.number(text), (0...QueryParameters.largest).contains(number) else {
            throw .badRequest(parameter: "Last-Event-ID", "Last-Event-ID must be the id of a change")
        }
        return number
    }
}

extension HTTPField.Name {
    static var lastEventID: Self { Self("Last-Event-ID") ?? .origin }
}
