public import Base
public import Ingest
public import Store

/// Encodes kept footage with the present encoder, so that a past that another encoder watched can be searched and compared again.
///
/// What the present encoder has seen is left alone: footage of which it has half the frames or more. A privacy mask is painted over
/// here too: footage from before there was one does not have it.
public struct FootageReencoding: Sendable {
    /// What was done.
    public struct Report: Sendable, Equatable {
        /// Files of footage looked through, and those that the encoder had seen.
        public var files = 0, knownFiles = 0
        /// Frames encoded.
        public var frames = 0
        /// Seconds of footage in those files.
        public var seconds = 0.0
        /// Why files could not be read, a line each.
        public var failures: [String] = []

        /// Nothing yet.
        public init() {}
    }

    private let engine: InferenceEngine
    private let events: EventStore
    private let footage: FootageFiles
    private let encodings: EncodingStore
    private let stored: EncodingReader

    /// Encodes with `engine` what `footage` holds; `stored` reads what `encodings` writes.
    public init(
        engine: InferenceEngine, events: EventStore, footage: FootageFiles, encodings: EncodingStore,
        stored: EncodingReader
    ) {
        (self.engine, self.events, self.footage) = (engine, events, footage)
        (self.encodings, self.stored) = (encodings, stored)
    }

    /// Encodes `fps` frames a second of the footage of `camera` that shows something of `span`, oldest first, `mask` painted
    /// over. `progress` is told how many files are done of how many.
    ///
    /// Throws `StoreError`, and `CancellationError` when the task is cancelled; what was encoded by then stays, and the next call
    /// goes on behind it. A file that cannot be read is named in the report.
    public func run(
        _ camera: CameraID, during span: TimeSpan, fps: Double, mask: PrivacyMask = .none,
        progress: (Int, Int) -> Void
    ) async throws -> Report {
        let records = try await events.footage(of: camera, kind: .segment, in: span)
        var report = Report()
        var encoder = FrameEncoder(engine: engine, reuse: EncodingReuse(mask: mask))
        var last: WallTime?
        for (index, record) in records.enumerated() {
            try Task.checkCancellation()
            progress(index, records.count)
            report.files += 1
            if try await isKnown(record, fps) {
                report.knownFiles += 1
                continue
            }
            if let last, record.during.start.seconds(since: last) > RecordedSpans.longestPause(period: 1 / fps) {
                encoder = FrameEncoder(engine: engine, reuse: EncodingReuse(mask: mask))
            }
            do {
                report.frames += try await encode(record, fps, mask, &encoder)
                report.seconds += record.during.seconds
                last = record.during.end
            } catch let error as IngestError {
                report.failures.append("\(error)")
            }
        }
        try await encodings.seal()
        try await events.recordIndex(await encodings.takeSealedMinutes())
        return report
    }

    private func isKnown(_ record: FootageRecord, _ fps: Double) async throws(StoreError) -> Bool {
        let wanted = max(1, Int(record.during.seconds * fps / 2))
        return try await stored.encodings(of: record.camera, during: record.during, limit: wanted).count >= wanted
    }

    private func encode(
        _ record: FootageRecord, _ fps: Double, _ mask: PrivacyMask, _ encoder: inout FrameEncoder
    ) async throws -> Int {
        let file = try MediaFile(path: footage.path(of: record))
        let source = try await FileSource(file, configuration: IngestConfiguration(analyseFPS: fps))
        let begun = encoder
        let (all, ended) = try await source.withFrames { frames in
            var encoder = begun
            var all: [FrameEncoding] = []
            for try await frame in frames {
                let time = record.during.start.advanced(bySeconds: source.seconds(of: frame))
                let motion = frame.motion.map { mask.applied(to: $0) }
                all.append(await encoder.encode(mask.applied(to: frame.picture), motion: motion, at: time).encoding)
            }
            try Task.checkCancellation()
            return (all, encoder)
        }
        encoder = ended
        return try await encodings.append(all, camera: record.camera)
    }
}
