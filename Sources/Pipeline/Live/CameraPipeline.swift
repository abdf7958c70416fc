internal import Base
internal import Ingest
internal import Logging
internal import Store

/// One camera's way through all stations, for as long as it is watched: its states and frames in, changes for the store
/// out.
struct CameraPipeline: Sendable {
    private let camera: LiveCamera
    private let services: LiveServices
    private let source: LiveSource
    private let recorder: CameraRecorder?
    private let clock: HostClock

    init(_ camera: LiveCamera, _ services: LiveServices, clock: HostClock = .system) {
        self.camera = camera
        self.services = services
        self.clock = clock
        recorder = CameraRecorder(camera, services, clock: clock)
        source = LiveSource(camera.address, configuration: camera.stream, clock: clock, recording: recorder?.plan)
    }

    /// Ends ``run()``: what is open is closed and handed to the store.
    func stop() { source.stop() }

    /// Watches until ``stop()``, or until the task is cancelled; a camera that is lost is tried again for ever.
    func run() async {
        await withDiscardingTaskGroup { group in
            if let recorder {
                do throws(StoreError) {
                    try await services.footage.prepare(camera.name)
                } catch {
                    services.logger.error("camera \(camera.name): \(error)")
                }
                group.addTask { await recorder.run() }
            }
            await watch()
            recorder?.finish()
        }
    }

    private func watch() async {
        var watch = CameraWatch(camera, services, recorder: recorder)
        var oldest = 0.0
        await source.withItems { items in
            for await item in items {
                switch item {
                case .state(let state):
                    watch.note(state, source.statistics, now: clock.now().wall)
                case .frame(let frame):
                    let (lag, statistics) = (clock.now().wall.seconds(since: frame.time), source.statistics)
                    oldest = max(oldest, lag)
                    services.board.update(camera.name) { ($0.lag, $0.statistics) = (lag, statistics) }
                    await watch.take(frame)
                }
            }
        }
        await watch.finish(now: clock.now().wall)
        logTotals(oldest)
    }

    /// What became of it, for people who ask how much a machine can carry.
    private func logTotals(_ oldest: Double) {
        let totals = source.statistics
        services.logger.notice(
            """
            camera \(camera.name): \(totals.framesAnalysed) frames analysed, \(totals.framesDropped) dropped, oldest \
            \((oldest * 1000).rounded() / 1000) s at the encoder, \(totals.connections) connections, decoding \
            \(totals.decodeMode.rawValue), \((totals.cpuSeconds * 1000).rounded() / 1000) s of CPU
            """)
    }
}
