import Base
import Foundation
import Glibc
import TestSupport
import Testing

/// Several daemons that share one database and one camera file, each with a state directory of its own.
final class NodeSite {
    /// One of them.
    final class Node {
        let name: String
        let site: DaemonSite
        /// Of its HTTP service.
        let port: Int
        /// Its way to the database.
        let proxy: PostgresProxy

        init(_ name: String, database: String) throws {
            self.name = name
            proxy = try PostgresProxy(to: database)
            site = try DaemonSite(database: proxy.url)
            // Free a moment ago; who else takes a port now is unlucky.
            port = try SilentPort(.refuses).number
        }

        /// Writes its configuration; `more` is said of every camera.
        func configure(
            _ cameras: [(name: String, url: String)], lease: Double, queries: String, more: String = NodeSite.unrecorded
        ) throws {
            try site.configure(
                cameras, more: more,
                rest: """
                    cluster: { node: \(name), address: "http://127.0.0.1:\(port)", lease_seconds: \(lease), search_timeout_seconds: 20 }
                    describe: { tokens_per_hour: 0 }
                    \(queries)
                    """)
        }

        func start() throws { try site.start(environment: ["ALERTD_HTTP_LISTEN": "127.0.0.1:\(port)"]) }
    }

    /// No footage is kept.
    static let unrecorded = "retention: { clips_gib: 0 }"

    let nodes: [Node]
    let cameras: [String]
    /// The database itself, past the proxies.
    let database: String

    /// Nodes of these names with cameras c1, c2 …, all of which are at `address`; `more` is said of every camera.
    init(
        _ names: [String], cameras count: Int, lease: Double, address: String, queries: String,
        more: String = unrecorded
    ) throws {
        let postgres = try TemporaryPostgres.server()
        database = try postgres.makeDatabase()
        try postgres.psql(
            try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8), on: database)
        cameras = (1...count).map { "c\($0)" }
        let url = database
        nodes = try names.map { try Node($0, database: url) }
        for node in nodes {
            try node.configure(cameras.map { ($0, address) }, lease: lease, queries: queries, more: more)
        }
    }

    func node(_ name: String) throws -> Node { try #require(nodes.first { $0.name == name }) }

    /// The rows of a query, columns separated by `|`.
    func rows(_ sql: String) throws -> [String] {
        try TemporaryPostgres.server().psql(sql, on: database).split(separator: "\n").map(String.init)
    }

    /// Who holds how many cameras, as in `a 2, b 2`.
    func shares() throws -> String {
        try rows(
            """
            SELECT string_agg(node || ' ' || n, ', ' ORDER BY node)
            FROM (SELECT node, count(*) AS n FROM alertd.v_leases WHERE held GROUP BY node) AS x
            """
        ).first ?? ""
    }

    /// Waits until cameras are shared in this way.
    func waitForShares(_ wanted: String, seconds: Double = 30) throws {
        let isSo = eventually(seconds) { (try? shares()) == wanted }
        let found = try shares()
        let logs = nodes.map { "--- \($0.name)\n\($0.site.log())" }.joined(separator: "\n")
        #expect(isSo, "shares are '\(found)' instead of '\(wanted)'\n\(logs)")
    }

    /// What was watched of a camera, by the ledger.
    func watched(_ camera: String) throws -> [TimeSpan] { try watched()[camera] ?? [] }

    /// What was watched of each camera.
    private func watched() throws -> [String: [TimeSpan]] {
        var found: [String: [TimeSpan]] = [:]
        let rows = try rows(
            """
            SELECT camera, (extract(epoch FROM lower(w)) * 1000000)::bigint, (extract(epoch FROM upper(w)) * 1000000)::bigint
            FROM (SELECT camera, unnest(watched) AS w FROM alertd.v_coverage) AS x ORDER BY w
            """)
        for row in rows {
            let fields = row.split(separator: "|")
            try #require(fields.count == 3)
            let (start, end) = (try #require(Int64(fields[1])), try #require(Int64(fields[2])))
            found[String(fields[0]), default: []].append(
                TimeSpan(start: WallTime(microseconds: start), end: WallTime(microseconds: end)))
        }
        return found
    }

    /// Seconds from `time` until each camera is seen again, waited for at most `limit`; infinity for one that is not.
    func seenAgain(_ names: [String], after time: WallTime, limit: Double) throws -> [String: Double] {
        var found: [String: Double] = [:]
        let deadline = ContinuousClock.now + .seconds(limit)
        while found.count < names.count, ContinuousClock.now < deadline {
            let spans = try watched()
            for name in names where found[name] == nil {
                guard let span = spans[name]?.first(where: { $0.end > time }) else { continue }
                found[name] = max(0, span.start.seconds(since: time))
            }
            pass(0.25)
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, found[$0] ?? .infinity) })
    }
}
