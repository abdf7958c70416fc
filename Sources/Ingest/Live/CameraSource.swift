public import Base

/// One connection to a camera over RTSP: sampled frames with honest time, read on a thread of its own.
///
/// ```swift
/// guard let source = try await CameraSource.connect(to: StreamAddress("rtsp://192.0.2.10/stream2")) else { return }
/// try await source.withFrames { frames in
///     for try await frame in frames { … }   // throws how the stream was lost
/// }
/// ```
public final class CameraSource: Sendable {
    /// What the camera sends.
    public let probe: StreamProbe

    private let reader: CameraReader
    private let interrupt: Interrupt
    private let progress: ReadingProgress
    let queue: BoundedQueue<LiveFrame>

    private init(
        _ probe: StreamProbe, _ reader: CameraReader, _ interrupt: Interrupt, _ progress: ReadingProgress,
        _ configuration: IngestConfiguration
    ) {
        (self.probe, self.reader, self.interrupt, self.progress) = (probe, reader, interrupt, progress)
        queue = BoundedQueue(
            countLimit: configuration.queuedFrames, costLimit: configuration.queuedBytes,
            cost: { $0.frame.picture.pixels.count })
    }

    /// Connects to `address` and waits for the first picture, which begins run `firstRun`. What `recording` says becomes of
    /// the packets. Returns nil when the task
    /// was cancelled meanwhile. Throws the cases of ``IngestError`` about cameras and `invalidConfiguration`.
    public static func connect(
        to address: StreamAddress, configuration: StreamConfiguration = StreamConfiguration(),
        clock: HostClock = .system, firstRun: Int = 0, recording: RecordingPlan? = nil
    ) async throws(IngestError) -> CameraSource? {
        let problems = configuration.validate()
        guard problems.isEmpty else { throw .invalidConfiguration(problems: problems) }
        FFmpegLibraries.prepare()
        let (interrupt, progress) = (Interrupt(), ReadingProgress())
        let reader = CameraReader(
            address, configuration: configuration, clock: clock, interrupt: interrupt, progress: progress,
            recording: recording)
        let opened = await withTaskCancellationHandler {
            do throws(IngestError) {
                return Result<StreamProbe?, IngestError>.success(try await reader.open(firstRun: firstRun))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            interrupt.raise()
        }
        guard let probe = try opened.get() else { return nil }
        return CameraSource(probe, reader, interrupt, progress, configuration.frames)
    }

    /// What was read so far.
    public var statistics: IngestStatistics { progress.statistics }

    /// The moment of the last frame decoded.
    public var lastFrame: WallTime? { progress.lastTime }

    /// Frames that made room for newer ones because nobody took them in time.
    public var droppedFrames: Int { queue.dropped }

    /// Ends the reading, within 100 ms even while the camera is silent: the frames end without an error.
    public func stop() { interrupt.raise() }

    /// Lets `body` take the frames while they are read, newest first in line when it is slow. Returns what `body`
    /// returns, once the reading has ended. The frames throw the ``IngestError`` that says how the stream was lost; they
    /// end without one only after ``stop()``. A source can be read once.
    public func withFrames<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (BoundedQueue<LiveFrame>) async throws -> sending Result
    ) async throws -> sending Result {
        async let reading = read()
        do {
            let result = try await body(queue)
            stop()
            _ = await reading
            return result
        } catch {
            stop()
            _ = await reading
            throw error
        }
    }

    /// Reads into ``queue`` until the stream is lost; nil when someone asked to stop or the task was cancelled.
    func read() async -> IngestError? {
        await withTaskCancellationHandler {
            await reader.read(into: queue)
        } onCancel: {
            interrupt.raise()
        }
    }
}
