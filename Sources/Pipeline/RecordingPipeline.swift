internal import Anomaly
public import Base
public import Ingest
public import Store

/// One recording's way through all stations: decode → encode → remember → score → assemble events → store.
///
/// Encodings go to their files as they come; events and scores are written in one transaction at the end, so that a
/// recording is in the database whole or not at all, and ingesting it again after a crash gives the rows of an
/// uninterrupted run.
public struct RecordingPipeline: Sendable {
    /// What to look for, and where the recording lies in time.
    public struct Job: Sendable {
        /// The camera that the recording belongs to.
        public let camera: CameraID
        /// Queries to find events for.
        public let queries: [Query]
        /// Analysed frames a second.
        public let analyseFPS: Double
        /// Moment of the first frame.
        public let start: WallTime
        /// Whether a picture that shows what the last one encoded showed shares its encoding.
        public let reusesEncodings: Bool
        /// Areas that nothing sees.
        public let mask: PrivacyMask

        /// Gathers the parts of a job.
        public init(
            camera: CameraID, queries: [Query], analyseFPS: Double, start: WallTime, reusesEncodings: Bool = true,
            mask: PrivacyMask = .none
        ) {
            self.camera = camera
            self.queries = queries
            self.analyseFPS = analyseFPS
            self.start = start
            self.reusesEncodings = reusesEncodings
            self.mask = mask
        }
    }

    /// What was done.
    public struct Report: Sendable {
        /// Frames, times and damage as read.
        public let statistics: IngestStatistics
        /// Frames among the analysed ones that shared the encoding of an earlier one.
        public let framesReused: Int
        /// Events that the database did not have before.
        public let newEvents: Int
        /// Whether the recording had been ingested before, so that nothing was added.
        public let wasKnown: Bool
        /// Seconds by the clock spent writing events, scores and encodings.
        public let writeSeconds: Double
    }

    /// Encodings are handed to their files in batches of this many frames.
    private static let encodingBatch = 60

    private let engine: InferenceEngine
    private let events: EventStore
    private let encodings: EncodingStore
    private let stored: EncodingReader
    private let scoring: AnomalyScoring

    /// A pipeline that encodes with `engine` and writes to the two stores; `stored` reads what `encodings` writes.
    public init(
        engine: InferenceEngine, events: EventStore, encodings: EncodingStore, stored: EncodingReader,
        scoring: AnomalyScoring
    ) {
        self.engine = engine
        self.events = events
        self.encodings = encodings
        self.stored = stored
        self.scoring = scoring
    }

    /// Analyses `source` from beginning to end. `progress` is told the seconds analysed so far.
    ///
    /// Throws `IngestError`, `ModelError`, `GroundingError` for a sentence that cannot be enforced, `StoreError`, and
    /// `CancellationError` when the task is cancelled; nothing is
    /// in the database then.
    public func run(
        _ job: Job, _ source: FileSource, digest: ContentDigest, progress: (Double) -> Void
    ) async throws -> Report {
        var queries: [WatchedQuery] = []
        for query in job.queries { queries.append(try await WatchedQuery(query, ofRecordingBy: engine)) }
        let clock = ContinuousClock()
        let verdicts = try await events.verdicts(on: job.camera).compactMap(GivenVerdict.init)
        let (analysed, encodingTime) = try await source.withFrames { frames in
            var writing = Duration.zero
            var analysis = FrameAnalysis(
                camera: job.camera, clock: .file, period: 1 / job.analyseFPS, queries: queries, engine: engine,
                reuse: job.reusesEncodings ? EncodingReuse(mask: job.mask) : nil, detail: .settledOnly,
                scoring: scoring,
                stored: stored, verdicts: verdicts)
            var found = Findings()
            var batch: [FrameEncoding] = []
            for try await frame in frames {
                let seconds = source.seconds(of: frame)  // 1–4: decoded and sampled in Ingest
                let picture = job.mask.applied(to: frame.picture)
                let motion = frame.motion.map { job.mask.applied(to: $0) }
                let time = job.start.advanced(bySeconds: seconds)
                let seen = await analysis.take(picture, motion: motion, at: time)
                found.add(seen)
                batch.append(seen.encoding)
                if batch.count == Self.encodingBatch {
                    writing += try await clock.measure { try await encodings.append(batch, camera: job.camera) }
                    batch.removeAll(keepingCapacity: true)
                }
                progress(seconds)
            }
            try Task.checkCancellation()
            writing += try await clock.measure {
                try await encodings.append(batch, camera: job.camera)
                try await encodings.seal()
            }
            let end = job.start.advanced(bySeconds: source.statistics.mediaSeconds)
            found.tellings += analysis.finish(at: end)
            found.watch = analysis.anomalies
            if found.watch?.judgesItself == true {
                found.keep(scoring.most(inDays: source.statistics.mediaSeconds / 86_400))
            }
            return (found, writing)
        }
        var found = analysed
        if try await isScored(job, digest) { found.leaveAnomaliesOut() }
        let begin = clock.now
        let outcome = try await store(found, job, source.statistics, digest)
        if case .written = outcome, let watch = found.watch { await scoring.save(watch) }
        let writeSeconds = (clock.now - begin + encodingTime) / .seconds(1)
        return switch outcome {
        case .alreadyKnown:
            Report(
                statistics: source.statistics, framesReused: found.framesReused, newEvents: 0, wasKnown: true,
                writeSeconds: writeSeconds)
        case .written(let outcomes):
            Report(
                statistics: source.statistics, framesReused: found.framesReused,
                newEvents: outcomes.count { $0.change != .none }, wasKnown: false, writeSeconds: writeSeconds)
        }
    }

    /// What the recording showed.
    private struct Findings: Sendable {
        var tellings: [EventTelling] = []
        var scores: [ScoreSample] = []
        var watch: AnomalyWatch?
        var framesReused = 0

        mutating func add(_ seen: FrameAnalysis.Seen) {
            tellings += seen.tellings
            if let score = seen.score { scores.append(score) }
            if seen.isReused { framesReused += 1 }
        }

        /// They are known from an earlier ingest, which may have judged them by another past.
        mutating func leaveAnomaliesOut() {
            tellings.removeAll { $0.event.source.kind == "anomaly" }
            (scores, watch) = ([], nil)
        }

        /// Keeps the `most` strangest anomalies only.
        mutating func keep(_ most: Int) {
            let strangest = tellings.filter { $0.event.source.kind == "anomaly" }
                .sorted { ($0.event.anomalyScore ?? 0) > ($1.event.anomalyScore ?? 0) }
            let dropped = Set(strangest.dropFirst(most).map(\.firstEvidence))
            tellings.removeAll { $0.event.source.kind == "anomaly" && dropped.contains($0.firstEvidence) }
        }
    }

    /// Whether the recording was ingested before, for other queries.
    private func isScored(_ job: Job, _ digest: ContentDigest) async throws -> Bool {
        let encoder = try engine.encoderIdentity().digest
        return try await events.recordings(digest: digest.bytes, camera: job.camera).contains {
            $0.encoder == encoder && $0.start == job.start && $0.analysedFPS == job.analyseFPS
        }
    }

    private func store(
        _ found: Findings, _ job: Job, _ statistics: IngestStatistics, _ digest: ContentDigest
    ) async throws -> RecordingOutcome {
        let recording = Recording(
            camera: job.camera, digest: digest.bytes, encoder: try engine.encoderIdentity().digest, start: job.start,
            duration: statistics.mediaSeconds,
            analysedFPS: job.analyseFPS, queries: job.queries.map(\.text))
        let writes = found.tellings.map { telling in
            let event = telling.event
            return EventWrite(
                event: event, description: TemplateDescription.text(of: event, telling.explanation),
                descriptionOrigin: TemplateDescription.origin,
                idempotencyKey: "\(digest)/\(engine.encoderDigest.prefix(16))/\(job.analyseFPS)/\(event.source.key)/"
                    + "\(event.during.start)/\(event.during.end)", explanation: telling.explanation?.json)
        }
        let outcome = try await events.finishRecording(recording, events: writes, scores: found.scores)
        try await events.recordIndex(await encodings.takeSealedMinutes())
        return outcome
    }
}
