public import Base

/// Reads a recording into sampled frames with honest time, on a thread of its own.
///
/// ```swift
/// let file = try MediaFile(path: "gate.mp4")
/// let source = try await FileSource(file, configuration: IngestConfiguration(analyseFPS: 1))
/// try await source.withFrames { frames in
///     for try await frame in frames { … }
/// }
/// print(source.statistics.mediaSeconds)
/// ```
public final class FileSource: Sendable {
    /// The recording.
    public let file: MediaFile
    /// What the recording says about itself.
    public let probe: MediaProbe

    private let reader: RecordingReader
    private let interrupt: Interrupt
    private let progress: ReadingProgress
    private let queue: BoundedQueue<Frame>

    /// Opens the container in `file` on a thread of its own. Throws `invalidConfiguration` and the cases of
    /// ``IngestError`` about contents.
    public init(_ file: MediaFile, configuration: IngestConfiguration = IngestConfiguration()) async throws(IngestError)
    {
        let problems = configuration.validate()
        guard problems.isEmpty else { throw .invalidConfiguration(problems: problems) }
        FFmpegLibraries.prepare()
        let (interrupt, progress) = (Interrupt(), ReadingProgress())
        let reader = RecordingReader(file, interrupt: interrupt, progress: progress)
        probe = try await reader.open(configuration)
        (self.file, self.reader, self.interrupt, self.progress) = (file, reader, interrupt, progress)
        queue = BoundedQueue(
            countLimit: configuration.queuedFrames, costLimit: configuration.queuedBytes,
            cost: { $0.picture.pixels.count })
    }

    /// What was read so far; complete once ``withFrames(isolation:_:)`` has returned.
    public var statistics: IngestStatistics { progress.statistics }

    /// Ends the reading within a frame: the frames end as if the recording did.
    public func stop() { interrupt.raise() }

    /// Seconds from the recording's first frame to `frame`, on an axis where runs follow each other without gaps.
    /// `frame` must come from this source.
    public func seconds(of frame: Frame) -> Double { progress.seconds(of: frame) }

    /// Lets `body` take the frames while they are read ahead, the reader waiting when the queue is full. Returns what
    /// `body` returns, once the reading has ended; a `body` that stops early ends it. The frames throw
    /// ``IngestError``. A source can be read once: later calls find no frames.
    public func withFrames<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (BoundedQueue<Frame>) async throws -> sending Result
    ) async throws -> sending Result {
        let (reader, queue, interrupt) = (reader, queue, interrupt)
        async let reading: Void = reader.read(into: queue)
        do {
            let result = try await body(queue)
            interrupt.raise()
            queue.finish()
            await reading
            return result
        } catch {
            interrupt.raise()
            queue.finish()
            await reading
            throw error
        }
    }
}
