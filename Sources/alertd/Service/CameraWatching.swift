import Configuration
import Pipeline

/// Which cameras are watched: all of the configuration, or, where several daemons share a database, this one's part.
struct CameraWatching: Sendable {
    let supervisor: CameraSupervisor
    /// Shares cameras with other nodes; nil for one machine.
    let keeper: LeaseKeeper?

    /// The configuration in effect is this one from now on.
    func watch(_ cameras: WatchedCameras, _ configuration: Configuration) {
        guard let keeper else { return supervisor.watch(cameras.all) }
        keeper.watch(cameras.all, file: EffectiveConfiguration(configuration).watched)
    }
}
