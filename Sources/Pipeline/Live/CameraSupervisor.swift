public import Base

/// Keeps one child task a camera running, and changes them when the configuration changes.
public final class CameraSupervisor: Sendable {
    private struct State {
        var wanted: [LiveCamera] = []
        var isFinished = false
        var lastTurn: ContinuousClock.Instant?
        /// How many tasks each camera has, those that are ending included.
        var tasks: [CameraID: Int] = [:]
    }

    /// A camera's child task.
    private struct Child {
        let revision: Int
        let pipeline: CameraPipeline
        let ended: BoundedQueue<Never>
    }

    private static let turn = Duration.seconds(1)

    private let services: LiveServices
    private let state = Locked(State())
    private let wake = BoundedQueue<Bool>(countLimit: 1)

    /// A supervisor of no cameras yet.
    public init(services: LiveServices) { self.services = services }

    /// Watches exactly `cameras` from now on: those whose revision changed begin anew, the others go on undisturbed.
    public func watch(_ cameras: [LiveCamera]) {
        state.withLock { $0.wanted = cameras }
        wake.offer(true)
    }

    /// Whether the camera is to be watched, or a task of it has not ended yet.
    public func isWatching(_ camera: CameraID) -> Bool {
        state.withLock { state in
            state.tasks[camera, default: 0] > 0 || !state.isFinished && state.wanted.contains { $0.name == camera }
        }
    }

    /// Ends every camera: what is open is closed and handed to the store, then ``run()`` returns.
    public func finish() {
        state.withLock { $0.isFinished = true }
        wake.offer(true)
    }

    /// When the supervisor last looked after its cameras; it does so every second. Nil before the first time.
    public var lastTurn: ContinuousClock.Instant? { state.withLock { $0.lastTurn } }

    /// Supervises until ``finish()``, or until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            var children: [CameraID: Child] = [:]
            var leaving: [CameraID: BoundedQueue<Never>] = [:]
            while !Task.isCancelled {
                let (wanted, isFinished) = state.withLock { state in
                    state.lastTurn = .now
                    return (state.isFinished ? [] : state.wanted, state.isFinished)
                }
                reconcile(&children, &leaving, wanted, &group)
                if isFinished { break }
                await waitForTurn()
            }
            for child in children.values { child.pipeline.stop() }
        }
    }

    private func reconcile(
        _ children: inout [CameraID: Child], _ leaving: inout [CameraID: BoundedQueue<Never>],
        _ wanted: [LiveCamera], _ group: inout DiscardingTaskGroup
    ) {
        let names = Set(wanted.map(\.name))
        for (name, child) in children where !names.contains(name) {
            child.pipeline.stop()
            (children[name], leaving[name]) = (nil, child.ended)
        }
        for camera in wanted where children[camera.name]?.revision != camera.revision {
            children[camera.name]?.pipeline.stop()
            let before = children[camera.name]?.ended ?? leaving.removeValue(forKey: camera.name)
            let child = Child(
                revision: camera.revision, pipeline: CameraPipeline(camera, services),
                ended: BoundedQueue(countLimit: 1))
            children[camera.name] = child
            state.withLock { $0.tasks[camera.name, default: 0] += 1 }
            group.addTask {
                _ = try? await before?.next()
                await child.pipeline.run()
                child.ended.finish()
                self.state.withLock { $0.tasks[camera.name, default: 1] -= 1 }
            }
        }
    }

    private func waitForTurn() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await ContinuousClock().sleep(for: Self.turn) }
            group.addTask { _ = try? await self.wake.next() }
            await group.next()
            group.cancelAll()
        }
    }
}
