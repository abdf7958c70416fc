internal import CKernels

// SAFETY: the C team may be used from any thread; it is created in init and destroyed in deinit, and `lead` holds the
// object while its thread leads the team.
/// A few threads that share the loops inside layers with the thread that runs the model.
///
/// Work is shared below ``lead(_:)`` only, and only the calling thread's; without a team every layer runs on its caller
/// alone. Helpers sleep unless a layer is running. One team serves one engine: while two threads lead the same team, one
/// of them works alone.
public final class WorkerTeam: @unchecked Sendable {
    private let team: OpaquePointer?

    /// A team of `threads` threads, counting the one that calls ``lead(_:)``; fewer when the system refuses them.
    public init(threads: Int) {
        precondition(threads > 0, "a team of \(threads)")
        team = ck_team_create(threads - 1)
    }

    deinit { ck_team_destroy(team) }

    /// Threads in the team, the leading one included.
    public var threads: Int { team.map { ck_team_helpers($0) + 1 } ?? 1 }

    /// Runs `body`, whose layers are shared with the team.
    public func lead<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let before = ck_team_lead(team)
        defer {
            _ = ck_team_lead(before)
            withExtendedLifetime(self) {}
        }
        return try body()
    }

    /// Threads that ``share(_:_:)`` of the calling thread uses.
    package static var participants: Int { ck_participants() }

    /// Calls `body` for each of 0..<count, in any order, on the threads of the team that the calling thread leads.
    // SAFETY of what `body` captures: this returns only when every call has, and a body writes what no other item touches.
    package static func share(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var body = body
            withUnsafeMutablePointer(to: &body) { pointer in
                ck_parallel(
                    count,
                    { context, item, _ in
                        context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(item)
                    }, pointer)
            }
        }
    }
}
