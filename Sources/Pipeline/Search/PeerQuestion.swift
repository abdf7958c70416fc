internal import Base
internal import Foundation
internal import Outbound
internal import Store

/// A search as another node is asked for it: `GET /api/v1/search`, page by page.
struct PeerQuestion: Sendable {
    /// Marks a question that a node asks; it is answered from what that node has alone.
    static let header = "Alertd-Node"
    /// Most answers of a page.
    private static let page = 100
    private static let mostBytes: Int64 = 4 << 20

    let sentence: String
    let scope: FootageSearch.Scope
    let limit: Int
    let after: SearchCursor?

    private struct Page: Decodable {
        let items: [PeerHit]
        let next: String?
    }

    /// Asks the node at `address`. Throws `OutboundError` and `DecodingError`.
    func ask(_ address: String, _ peers: ClusterSearch.Peers) async throws -> [PeerHit] {
        let deadline = ContinuousClock.now + peers.timeout
        var hits: [PeerHit] = []
        var cursor = after?.description
        while hits.count < limit {
            let left = max(deadline - ContinuousClock.now, .milliseconds(1))
            let size = min(Self.page, limit - hits.count)
            var request = HTTPRequest(.get, try url(address, size: size, cursor: cursor))
            request.purpose = "ask"
            request.redirects = 0
            request.limits.connect = left
            request.limits.total = left
            request.limits.bytes = Self.mostBytes
            request.add(Self.header, peers.node)
            if let token = peers.token { request.add("Authorization", "Bearer \(token)", isSecret: true) }
            let reply = try await peers.client.send(request).requireSuccess()
            let found = try JSONDecoder().decode(Page.self, from: Data(reply.body))
            hits += found.items
            guard let next = found.next, found.items.count == size else { break }
            cursor = next
        }
        return hits
    }

    private func url(_ address: String, size: Int, cursor: String?) throws -> String {
        let parameters: [(String, String?)] = [
            ("q", sentence), ("limit", "\(size)"),
            ("cameras", scope.chosenCameras.map { $0.map(\.name).sorted().joined(separator: ",") }),
            ("since", scope.since?.description), ("until", scope.until?.description), ("cursor", cursor),
        ]
        let query = parameters.compactMap { name, value in
            value?.addingPercentEncoding(withAllowedCharacters: .alphanumerics).map { "\(name)=\($0)" }
        }
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        return "\(base)/api/v1/search?" + query.joined(separator: "&")
    }
}

/// An answer of another node, as its HTTP service gives it.
struct PeerHit: Decodable, Sendable {
    let camera: CameraID
    let during: TimeSpan
    let score: Double
    let evidence: FootageSearch.Hit.Evidence
    let eventID: Int64?

    private enum Key: String, CodingKey {
        case end, evidence, cursor
        case eventID = "event_id"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let cursor = SearchCursor(try container.decode(String.self, forKey: .cursor))
        let end = WallTime(rfc3339: try container.decode(String.self, forKey: .end))
        guard let cursor, let end else {
            throw DecodingError.dataCorruptedError(forKey: .cursor, in: container, debugDescription: "no cursor or end")
        }
        // The score and the start are whole in the cursor, and rounded beside it.
        (camera, score) = (cursor.camera, cursor.score)
        during = TimeSpan(start: cursor.start, end: max(cursor.start, end))
        evidence =
            FootageSearch.Hit.Evidence(
                rawValue: try container.decode(String.self, forKey: .evidence)) ?? .pictures
        eventID = try container.decodeIfPresent(Int64.self, forKey: .eventID)
    }

    /// The answer with its event.
    func hit(_ events: [Int64: EventRecord]) -> FootageSearch.Hit {
        FootageSearch.Hit(
            camera: camera, during: during, score: score, evidence: evidence, event: eventID.flatMap { events[$0] })
    }
}

extension FootageSearch.Hit {
    /// Both as one answer: the union of their spans, and what speaks for the likelier one.
    func joined(with other: Self) -> Self {
        let best = score >= other.score ? self : other
        let span = TimeSpan(
            start: min(during.start, other.during.start), end: max(during.end, other.during.end))
        return Self(
            camera: camera, during: span, score: best.score, evidence: best.evidence,
            event: best.event ?? event ?? other.event)
    }
}
