internal import Base
public import Logging
public import Store

/// Writes down what was watched, and never more than is durable: every two seconds the encodings appended so far are
/// made to survive a loss of power, then the spans that they cover are stored.
public final class CoverageLedger: Sendable {
    private struct State {
        /// Spans whose encodings are appended, not yet durable; by camera and stretch.
        var appended: [CameraID: [WallTime: WallTime]] = [:]
        var isFinished = false
        var lastFailure: StoreError?
    }

    private static let interval = Duration.seconds(2)

    private let encodings: EncodingStore
    private let writer: StoreWriter
    private let logger: Logger
    private let state = Locked(State())
    private let ending = BoundedQueue<Never>(countLimit: 1)

    /// A ledger over `encodings`, written through `writer`.
    public init(encodings: EncodingStore, writer: StoreWriter, logger: Logger) {
        self.encodings = encodings
        self.writer = writer
        self.logger = logger
    }

    /// The encodings of `camera` in `span` are appended; `span.start` names the stretch.
    func note(_ span: TimeSpan, camera: CameraID) {
        state.withLock { $0.appended[camera, default: [:]][span.start] = span.end }
    }

    /// Nothing more will be noted: ``run()`` writes the rest and returns.
    public func finish() {
        state.withLock { $0.isFinished = true }
        ending.finish()
    }

    /// Writes until ``finish()``, or until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await waitForInterval()
            let isLast = state.withLock { $0.isFinished }
            await writeDown()
            if isLast { await sumUp() }
            indexMinutes(await encodings.takeSealedMinutes())
            if isLast { return }
        }
    }

    private func waitForInterval() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await ContinuousClock().sleep(for: Self.interval) }
            group.addTask { _ = try? await self.ending.next() }
            await group.next()
            group.cancelAll()
        }
    }

    private func writeDown() async {
        let appended = state.withLock { state in
            defer { state.appended = [:] }
            return state.appended
        }
        if appended.isEmpty { return }
        do throws(StoreError) {
            try await encodings.synchronize()
        } catch {
            state.withLock { state in
                // Kept, unless longer spans of the same stretches have come meanwhile.
                state.appended.merge(appended) { new, old in old.merging(new) { _, new in new } }
            }
            noteFailure(error)
            return
        }
        state.withLock { $0.lastFailure = nil }
        for (camera, stretches) in appended {
            for (start, end) in stretches where start < end {
                writer.enqueue(.coverage(TimeSpan(start: start, end: end), camera: camera))
            }
        }
    }

    /// The minute that was begun is summed up too. A failure costs its sum and its row, which the next start makes anew.
    private func sumUp() async {
        do throws(StoreError) { try await encodings.seal() } catch { noteFailure(error) }
    }

    private func indexMinutes(_ rows: [EncodingMinute]) {
        if !rows.isEmpty { writer.enqueue(.index(rows)) }
    }

    private func noteFailure(_ error: StoreError) {
        let isNew = state.withLock { state in
            defer { state.lastFailure = error }
            return state.lastFailure != error
        }
        if isNew { logger.error("coverage waits until encodings are safe on the disk: \(error)") }
    }
}
