import ServiceLifecycle

/// A part of the daemon that runs until it is told to finish, as a service.
struct StoppableService: Service {
    let body: @Sendable () async -> Void
    let finish: @Sendable () -> Void

    func run() async throws {
        await withGracefulShutdownHandler {
            await body()
        } onGracefulShutdown: {
            finish()
        }
    }
}
