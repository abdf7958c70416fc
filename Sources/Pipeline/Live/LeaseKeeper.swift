public import Base
public import Logging
public import Store

/// Shares the cameras with the other nodes of the database: renews the leases of what is watched here, takes what is free,
/// and tells the supervisor which cameras to watch.
///
/// A lease that cannot be renewed, since the database is away, ends nothing here: the camera is watched on, what is seen
/// waits in the spool, and the database says afterwards what becomes of it. A camera is let go only when its task has ended.
public final class LeaseKeeper: Sendable {
    /// How it stands with the other nodes.
    public struct Status: Sendable, Equatable {
        /// Cameras that this node holds.
        public var held: Set<CameraID> = []
        /// Nodes that are alive, this one included; 0 before the first answer.
        public var nodes = 0
        /// Names of those with other cameras or queries; nil when all agree.
        public var disagreeing: String?
        /// Leases that another node took while this one still watched.
        public var losses = 0
        /// Why there is no answer; nil while there is one.
        public var problem: String?
    }

    private struct State {
        var cameras: [LiveCamera] = []
        var request: LeaseRequest
        /// Cameras that are to be let go once their tasks have ended.
        var leaving: Set<CameraID> = []
        var status = Status()
        var isFinished = false
        /// When the next lease of another node runs out.
        var nextExpiry: ContinuousClock.Instant?
    }

    /// Between two looks at what happens here, and the wait after a failure.
    private static let slice = Duration.milliseconds(200)

    private let leases: CameraLeases
    private let book: LeaseBook
    private let supervisor: CameraSupervisor
    private let writer: StoreWriter
    private let logger: Logger
    private let state: Locked<State>
    private let interval: Duration

    /// A keeper of the node that `request` names; `writer` must stamp with `book`.
    public init(
        _ request: LeaseRequest, leases: CameraLeases, book: LeaseBook, supervisor: CameraSupervisor,
        writer: StoreWriter, logger: Logger
    ) {
        (self.leases, self.book, self.supervisor, self.writer) = (leases, book, supervisor, writer)
        self.logger = logger
        interval = request.length / 4
        state = Locked(State(request: request))
    }

    /// How it stands with the other nodes.
    public var status: Status { state.withLock { $0.status } }

    /// The configuration's cameras are these from now on; `file` is what all nodes must have in common.
    public func watch(_ cameras: [LiveCamera], file: String) {
        let held = state.withLock { state -> Set<CameraID> in
            state.cameras = cameras
            (state.request.cameras, state.request.file) = (cameras.map(\.name), file)
            let names = Set(cameras.map(\.name))
            state.leaving.formUnion(state.status.held.subtracting(names))
            return state.status.held.intersection(names)
        }
        supervise(held)
    }

    /// Everything is let go: ``run()`` tells the other nodes and returns. The cameras' tasks must have ended.
    public func finish() { state.withLock { $0.isFinished = true } }

    /// Keeps until ``finish()``, or until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let isLast = state.withLock { state in
                state.request.isLeaving = state.isFinished
                return state.isFinished
            }
            await round()
            if isLast { break }
            await wait()
        }
        await leases.close()
    }

    private func round() async {
        let request = state.withLock { state in
            state.request.released = state.leaving.filter { !supervisor.isWatching($0) }
            return state.request
        }
        do throws(StoreError) {
            let answer = try await leases.ask(request)
            // After the answer: the database's clock showed its time a little earlier, so stamps lie rather too late.
            apply(answer, to: request, at: .now)
        } catch {
            note(problem: "\(error)")
        }
    }

    private func apply(_ answer: LeaseAnswer, to request: LeaseRequest, at instant: ContinuousClock.Instant) {
        if request.isLeaving { return }
        if let problem = answer.problem { return giveUp(problem) }
        note(problem: nil)
        book.note(answer.held, time: answer.time, instant: instant)
        let held = Set(answer.held.keys)
        let (before, others) = state.withLock { state in
            let before = (state.status.held, state.status.disagreeing)
            state.request.held = answer.held
            let names = Set(state.cameras.map(\.name))
            state.leaving = state.leaving.intersection(held).union(answer.surplus).union(held.subtracting(names))
            state.status.nodes = answer.nodes
            state.nextExpiry = answer.nextExpiry.map { instant + .seconds($0.seconds(since: answer.time)) }
            state.status.disagreeing = answer.disagreeing
            state.status.held = held
            state.status.losses += before.0.subtracting(held).subtracting(request.released).count
            return before
        }
        for camera in held.subtracting(before).sorted(by: { $0.name < $1.name }) {
            logger.notice("camera \(camera): this node watches it now")
        }
        // What the last holder left open ends before anything new is told. A new token may be an old camera's.
        for camera in answer.held.keys where request.held[camera] != answer.held[camera] {
            writer.enqueue(.closeEvents(of: camera))
        }
        for camera in before.subtracting(held).sorted(by: { $0.name < $1.name }) {
            logger.notice("camera \(camera): another node may watch it now")
        }
        if let disagreeing = answer.disagreeing, disagreeing != others {
            logger.warning(
                """
                cluster: the configuration of \(disagreeing) has other cameras or queries than this node's; each watches \
                what it has, make the files equal
                """)
        } else if answer.disagreeing == nil, others != nil {
            logger.notice("cluster: all nodes have the same cameras and queries")
        }
        supervise(held)
    }

    /// Another machine has this node's name: it holds nothing.
    private func giveUp(_ problem: String) {
        let isNew = state.withLock { state in
            defer { state.status.problem = problem }
            (state.request.held, state.status.held, state.leaving) = ([:], [], [])
            return state.status.problem != problem
        }
        if isNew { logger.error("cluster: nothing is watched here: \(problem)") }
        supervise([])
    }

    private func supervise(_ held: Set<CameraID>) {
        let wanted = state.withLock { state in
            state.cameras.filter { held.contains($0.name) && !state.leaving.contains($0.name) }
        }
        supervisor.watch(wanted)
    }

    private func note(problem: String?) {
        let (before, held) = state.withLock { state in
            defer { state.status.problem = problem }
            return (state.status.problem, state.status.held.count)
        }
        if let problem, before == nil {
            logger.warning("leases cannot be renewed, \(held) cameras are watched on: \(problem)")
        } else if problem == nil, before != nil {
            logger.notice("leases are renewed again")
        }
    }

    /// Until it is time to renew, something becomes free elsewhere, or something happened here.
    private func wait() async {
        let renewal = ContinuousClock.now + interval
        // A node that is dead is known to be so at once; one that is alive has renewed its leases by then.
        let end = min(renewal, state.withLock { $0.nextExpiry } ?? renewal)
        while ContinuousClock.now < end, !Task.isCancelled {
            let (isDue, hasProblem) = state.withLock { state in
                (
                    state.isFinished || state.leaving.contains { !supervisor.isWatching($0) },
                    state.status.problem != nil
                )
            }
            if isDue { return }
            if hasProblem {
                try? await ContinuousClock().sleep(for: Self.slice * 2)
                return
            }
            do throws(StoreError) {
                if try await leases.waitForRelease(atMost: Self.slice) { return }
            } catch {
                return
            }
        }
    }
}
