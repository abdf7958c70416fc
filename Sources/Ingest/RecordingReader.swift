import Base

/// Runs one recording's ``FrameReader`` on a thread of its own.
actor RecordingReader {
    nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let file: MediaFile
    private let interrupt: Interrupt
    private let progress: ReadingProgress
    private var reader: FrameReader?

    init(_ file: MediaFile, interrupt: Interrupt, progress: ReadingProgress) {
        self.file = file
        self.interrupt = interrupt
        self.progress = progress
        // The descriptor makes the name the only one of its kind, so that decoder threads, which inherit it, are found.
        executor = ThreadExecutor(name: "decode \(file.descriptor)")
    }

    /// Opens container and decoder.
    func open(_ configuration: IngestConfiguration) throws(IngestError) -> MediaProbe {
        let log = DamageLog()
        let demuxer = try Demuxer(file, interrupt: interrupt, log: log)
        reader = try FrameReader(
            demuxer, at: file.location, configuration: configuration, interrupt: interrupt, log: log)
        return demuxer.probe
    }

    /// Reads every frame into `queue`, waiting for room, and finishes it.
    func read(into queue: BoundedQueue<Frame>) async {
        await withTaskCancellationHandler {
            do {
                while let frame = try nextFrame() {
                    guard await queue.push(frame) else { break }
                }
                queue.finish()
            } catch {
                queue.finish(throwing: error)
            }
            reader = nil
        } onCancel: {
            interrupt.raise()
        }
    }

    private func nextFrame() throws(IngestError) -> Frame? {
        guard let reader else { return nil }
        defer { progress.update(from: reader) }
        return try reader.next()
    }
}
