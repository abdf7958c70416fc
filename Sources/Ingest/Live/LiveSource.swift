import Base

/// A camera for as long as the daemon runs: connects, reads, and after a loss connects again, for ever.
///
/// ```swift
/// let source = LiveSource(address, configuration: configuration)
/// await source.withItems { items in
///     for await item in items {
///         switch item {
///         case .state(let state): …
///         case .frame(let frame): …
///         }
///     }
/// }
/// ```
public final class LiveSource: Sendable {
    private struct Totals {
        var finished = LiveStatistics()
        var current: CameraSource?
    }

    private let address: StreamAddress
    private let configuration: StreamConfiguration
    private let clock: HostClock
    private let chance: @Sendable () -> Double
    private let recording: RecordingPlan?
    private let stages = BoundedQueue<Stage>(countLimit: 16)
    private let stopSignal = BoundedQueue<Never>(countLimit: 1)
    private let totals = Locked(Totals())

    /// What the loop hands to the items, in order.
    enum Stage: Sendable {
        case state(ConnectionState)
        case frames(BoundedQueue<LiveFrame>)
    }

    /// A source for `address`. What `recording` says becomes of its packets; `chance` gives numbers in 0..<1 for the jitter
    /// of the waits.
    public init(
        _ address: StreamAddress, configuration: StreamConfiguration = StreamConfiguration(),
        clock: HostClock = .system, recording: RecordingPlan? = nil,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.address = address
        self.configuration = configuration
        self.clock = clock
        self.recording = recording
        self.chance = chance
    }

    /// What was read so far, over all connections.
    public var statistics: LiveStatistics {
        totals.withLock { totals in totals.current.map { totals.finished.adding($0) } ?? totals.finished }
    }

    /// Ends the connection or the waiting; the items end after the frames that were read.
    public func stop() { stopSignal.finish() }

    /// Lets `body` take the camera's states and frames while they come. Returns what `body` returns, once the
    /// connection is closed. The items end only after ``stop()`` or when the task is cancelled. A source can be used
    /// once.
    public func withItems<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (LiveItems) async throws -> sending Result
    ) async rethrows -> sending Result {
        async let connecting: Void = keepConnectedUntilStopped()
        do {
            let result = try await body(LiveItems(stages))
            stop()
            await connecting
            return result
        } catch {
            stop()
            await connecting
            throw error
        }
    }

    private func keepConnectedUntilStopped() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepConnected() }
            group.addTask { _ = try? await self.stopSignal.next() }
            await group.next()
            group.cancelAll()
        }
        stages.finish()
    }

    /// The loop: one turn is one attempt, and one connection if it succeeds.
    private func keepConnected() async {
        var backoff = Backoff(configuration.backoff)
        var since = clock.now().wall
        var failures = 0
        guard await stages.push(.state(.connecting)) else { return }
        while !Task.isCancelled {
            let failure: IngestError
            do throws(IngestError) {
                guard let source = try await connect() else { return }
                backoff.connected(at: clock.now().uptime)
                guard let loss = await deliver(source) else { return }
                (failure, failures) = (loss, 0)
                since = statistics.lastFrame ?? since
                guard await stages.push(.state(.lost(Outage(reason: loss, since: since, failedAttempts: 0)))) else {
                    return
                }
            } catch {
                failure = error
                failures += 1
            }
            let outage = Outage(reason: failure, since: since, failedAttempts: failures)
            guard await wait(outage, &backoff) else { return }
        }
    }

    private func connect() async throws(IngestError) -> CameraSource? {
        try await CameraSource.connect(
            to: address, configuration: configuration, clock: clock, firstRun: statistics.runs,
            recording: recording)
    }

    /// Hands the frames of one connection over until it is lost; nil when someone asked to stop.
    private func deliver(_ source: CameraSource) async -> IngestError? {
        totals.withLock { $0.current = source }
        defer {
            totals.withLock { totals in
                totals.finished = totals.finished.adding(source)
                totals.current = nil
            }
        }
        guard await stages.push(.state(.live(source.probe))), await stages.push(.frames(source.queue)) else {
            return nil
        }
        return await source.read()
    }

    private func wait(_ outage: Outage, _ backoff: inout Backoff) async -> Bool {
        let now = clock.now()
        let isUnauthorized = if case .unauthorized = outage.reason { true } else { false }
        let wait = backoff.wait(afterFailureAt: now.uptime, isUnauthorized: isUnauthorized, chance: chance())
        let until = now.wall.advanced(bySeconds: wait.inSeconds)
        let state =
            isUnauthorized
            ? ConnectionState.unauthorized(outage, until: until) : .waiting(outage, until: until)
        guard await stages.push(.state(state)) else { return false }
        do { try await clock.sleep(wait) } catch { return false }
        return true
    }
}
