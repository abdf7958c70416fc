import Base
import Foundation
import Store
import TestSupport
import Testing

/// What nodes that are killed owe: every change that lay on a disk, and coverage of nothing but what one of them saw.
struct NodeLedger {
    /// Frames further apart than this are not one stretch: three times a second, the time between two frames.
    private static let longestPause = 3.0

    private let site: NodeSite
    /// Idempotency keys of the events that were in a spool at a kill; blind ones are left out, since what one node did not see
    /// while another watched is not kept.
    private var told: Set<String> = []

    init(_ site: NodeSite) { self.site = site }

    /// The node was killed and is gone: what it left on the disk is looked at.
    mutating func noteKill(_ node: NodeSite.Node) async throws {
        told.formUnion(try await DurabilityLedger.keys(inSpoolOf: node.site.state))
    }

    /// Compares with what the database and all nodes' files hold now; the nodes have ended.
    func check() async throws -> String {
        let stored = Set(try site.rows("SELECT key FROM alertd.event_key"))
        #expect(told.isSubset(of: stored), "lost: \(told.subtracting(stored))")
        var (frames, gaps) = (0, 0)
        for camera in site.cameras {
            let times = try await self.frames(camera)
            let spans = try site.watched(camera)
            frames += times.count
            gaps += max(0, spans.count - 1)
            for span in spans {
                let inside = times.filter { $0 >= span.start && $0 <= span.end }
                let pauses = zip(inside.dropFirst(), inside).map { $0.seconds(since: $1) }
                #expect(inside.first == span.start, "\(camera): \(span) begins before its first encoding")
                #expect(
                    pauses.allSatisfy { $0 <= Self.longestPause }, "\(camera): \(span) claims \(pauses.max() ?? 0) s")
                let tail = inside.last.map { span.end.seconds(since: $0) } ?? .infinity
                #expect(tail <= 1.05, "\(camera): \(span) ends \(tail) s after its last encoding")
            }
            // Each gap is told, with a reason.
            let told = try site.rows(
                """
                SELECT count(*) FROM alertd.coverage_gaps('\(camera)',
                    (SELECT lower(watched) FROM alertd.v_coverage WHERE camera = '\(camera)'),
                    (SELECT upper(watched) FROM alertd.v_coverage WHERE camera = '\(camera)'))
                """)
            #expect(told.first.flatMap { Int($0) } ?? 0 >= spans.count - 1, "\(camera): \(told)")
        }
        return
            "\(told.count) events on a disk when it was killed, all stored; \(frames) frames, \(gaps) gaps in the ledger"
    }

    /// The times of the encodings that any node stored, in order.
    private func frames(_ camera: String) async throws -> [WallTime] {
        var times: [WallTime] = []
        for node in site.nodes { times += try await DurabilityLedger.frames(of: camera, in: node.site.state) }
        return times.sorted()
    }
}
