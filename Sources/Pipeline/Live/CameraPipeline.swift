internal import Base
internal import Ingest

/// One camera's way through all stations, for as long as it is watched: its states and frames in, changes for the store
/// out.
struct CameraPipeline: Sendable {
    private let camera: LiveCamera
    private let services: LiveServices
    private let source: LiveSource
    private let clock: HostClock

    init(_ camera: LiveCamera, _ services: LiveServices, clock: HostClock = .system) {
        self.camera = camera
        self.services = services
        self.clock = clock
        source = LiveSource(camera.address, configuration: camera.stream, clock: clock)
    }

    /// Ends ``run()``: what is open is closed and handed to the store.
    func stop() { source.stop() }

    /// Watches until ``stop()``, or until the task is cancelled; a camera that is lost is tried again for ever.
    func run() async {
        var watch = CameraWatch(camera, services)
        await source.withItems { items in
            for await item in items {
                switch item {
                case .state(let state):
                    watch.note(state, source.statistics, now: clock.now().wall)
                case .frame(let frame):
                    await watch.take(frame)
                }
            }
        }
        await watch.finish(now: clock.now().wall)
    }
}
