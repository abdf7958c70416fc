internal import Base
public import Foundation
public import Logging
public import Outbound
public import Store

/// Searches the footage of every node: this one's, and over HTTP that of the others that have encodings of what is asked
/// for, since encodings lie on the machine that watched. Where there is one machine it searches that, and no more.
public struct ClusterSearch: Sendable {
    /// How the other nodes are asked.
    public struct Peers: Sendable {
        /// This node's name: it marks what it asks, so that no node passes the question on.
        public let node: String
        /// What it shows them; nil for none.
        let token: String?
        /// Longest wait for one of them.
        let timeout: Duration
        let client: OutboundClient

        /// Gathers the parts; `token` is a secret and never printed.
        public init(node: String, token: String?, timeout: Duration, client: OutboundClient) {
            (self.node, self.token, self.timeout, self.client) = (node, token, timeout, client)
        }
    }

    /// An answer.
    public struct Found: Sendable {
        /// What fits, best first.
        public let hits: [FootageSearch.Hit]
        /// Names of the nodes that have encodings of what was asked for and did not answer; empty when the answer is whole.
        public let missing: [String]

        /// Gathers the parts.
        public init(hits: [FootageSearch.Hit], missing: [String] = []) { (self.hits, self.missing) = (hits, missing) }
    }

    private let local: FootageSearch
    private let events: EventStore
    private let peers: Peers?
    private let logger: Logger

    /// A search by `local` and, unless it is nil, `peers`.
    public init(_ local: FootageSearch, events: EventStore, peers: Peers?, logger: Logger) {
        (self.local, self.events, self.peers, self.logger) = (local, events, peers, logger)
    }

    /// As ``FootageSearch/spans(for:in:limit:after:timeZone:)``, over all nodes. What two of them found of one camera at the same
    /// time is one answer.
    public func spans(
        for sentence: String, in scope: FootageSearch.Scope, limit: Int, after: SearchCursor? = nil,
        timeZone: TimeZone = .current
    ) async throws -> Found {
        func here() async throws -> [FootageSearch.Hit] {
            try await local.spans(for: sentence, in: scope, limit: limit, after: after, timeZone: timeZone)
        }
        guard let peers, !scope.isOnlyHere, limit > 0 else { return Found(hits: try await here()) }
        let nodes = try await events.nodesWithEncodings(
            of: scope.chosenCameras, since: scope.since, until: scope.until)
        if nodes.isEmpty { return Found(hits: try await here()) }
        let question = PeerQuestion(sentence: sentence, scope: scope, limit: limit, after: after)
        return try await withThrowingTaskGroup(of: (String, [PeerHit]?).self) { group in
            for node in nodes { group.addTask { (node.name, await ask(node, question, peers)) } }
            let found = try await here()
            var answers: [String: [PeerHit]] = [:]
            var missing: [String] = []
            for try await (name, hits) in group {
                if let hits { answers[name] = hits } else { missing.append(name) }
            }
            let theirs = answers.sorted { $0.key < $1.key }.flatMap(\.value)
            let told = try await events.events(numbered: theirs.compactMap(\.eventID))
            let all = Self.merged(found, theirs.map { $0.hit(told) }).sorted { $0.cursor < $1.cursor }
            return Found(hits: Array(all.prefix(limit)), missing: missing.sorted())
        }
    }

    /// What a node found; nil when it did not answer.
    private func ask(_ node: NodeRecord, _ question: PeerQuestion, _ peers: Peers) async -> [PeerHit]? {
        guard node.isAlive, let address = node.address else {
            logger.info(
                "search: node \(node.name) is \(node.isAlive ? "without an address" : "away") and was not asked")
            return nil
        }
        do {
            return try await question.ask(address, peers)
        } catch {
            logger.warning("search: node \(node.name) did not answer: \(error)")
            return nil
        }
    }

    /// Both lists; answers of one camera that share a moment become one, with the better score.
    package static func merged(_ ours: [FootageSearch.Hit], _ theirs: [FootageSearch.Hit]) -> [FootageSearch.Hit] {
        var all = ours
        for hit in theirs {
            let common = all.indices.filter { all[$0].camera == hit.camera && all[$0].during.overlaps(hit.during) }
            let joined = common.reduce(hit) { $0.joined(with: all[$1]) }
            for index in common.reversed() { all.remove(at: index) }
            all.append(joined)
        }
        return all
    }
}
