import Anomaly
import Base
import Foundation
import Ingest
import Logging
import Pipeline
import Store
import Web

/// One run of `alertd ingest` over its recordings.
struct IngestRun: Sendable {
    let camera: CameraID
    let start: WallTime?
    let fps: Double
    let queries: [Query]
    /// Whether a picture that shows nothing new shares the encoding of the last one that did.
    let reusesEncodings: Bool
    let engine: InferenceEngine
    let sentences: SentenceList
    /// Most false anomaly alarms a day.
    let ceilingPerDay: Double
    /// What nothing may see of the camera's pictures.
    let mask: PrivacyMask
    let logger: Logger

    /// Analyses each recording in turn; a recording that fails does not keep the others from being stored.
    func ingest(
        _ media: [MediaFile], into session: DatabaseSession
    ) async throws -> (summary: IngestSummary, failures: [Failure]) {
        let pipeline = RecordingPipeline(
            engine: engine, events: session.events, encodings: try session.encodingStore(of: engine),
            stored: try session.encodingReader(of: engine),
            scoring: await AnomalySetup.recordings(
                ceilingPerDay: ceilingPerDay, sentences, engine, state: session.state, logger))
        let clock = ContinuousClock()
        let begin = clock.now
        var summary = IngestSummary(camera: camera.name)
        var failures: [Failure] = []
        var nextStart = start
        for file in media {
            do {
                let end = try await ingest(file, start: nextStart, with: pipeline, session, &summary)
                if start != nil { nextStart = end }
            } catch let error where error is CancellationError || error is StoreError {
                throw error
            } catch {
                failures.append(Failure(describing: error))
            }
        }
        summary.wallSeconds = Rounded.milliseconds((clock.now - begin) / .seconds(1))
        summary.encodeSeconds = Rounded.milliseconds(await engine.encodeSeconds)
        return (summary, failures)
    }

    /// The moment at which the recording ends.
    private func ingest(
        _ file: MediaFile, start: WallTime?, with pipeline: RecordingPipeline, _ session: DatabaseSession,
        _ summary: inout IngestSummary
    ) async throws -> WallTime {
        guard let digest = try await file.contentDigest() else { throw CancellationError() }
        let known = try await session.events.findRecording(
            digest: digest.bytes, camera: camera, encoder: try engine.encoderIdentity().digest, start: start,
            analysedFPS: fps, queries: queries.map(\.text))
        if let known {
            summary.alreadyIngested += 1
            summary.mediaSeconds = Rounded.milliseconds(summary.mediaSeconds + known.duration)
            return known.start.advanced(bySeconds: known.duration)
        }
        let source = try await FileSource(file, configuration: IngestConfiguration(analyseFPS: fps))
        let earlier = try await session.events.recordings(digest: digest.bytes, camera: camera).first
        let begin = start ?? earlier?.start ?? RecordingStart(of: file, probe: source.probe).time
        let job = RecordingPipeline.Job(
            camera: camera, queries: queries, analyseFPS: fps, start: begin, reusesEncodings: reusesEncodings,
            mask: mask)
        var bar = ProgressBar(file.location.description)
        let length = source.probe.durationSeconds ?? 0
        let report = try await pipeline.run(job, source, digest: digest) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }
        bar.clear()
        summary.add(report)
        if report.statistics.errors > 0 {
            StandardStreams.complain(
                "alertd: \(file.location) is damaged in \(report.statistics.errors) places; what could be decoded "
                    + "was analysed (\(report.statistics.lastErrorLine ?? "no detail"))")
        }
        return begin.advanced(bySeconds: report.statistics.mediaSeconds)
    }
}

/// The last line of `alertd ingest`.
struct IngestSummary: Encodable, Sendable {
    let camera: String
    var mediaSeconds = 0.0
    var wallSeconds = 0.0
    /// Frames of the recordings up to where they were read, those of ``framesSkipped`` included.
    var framesDecoded = 0
    /// Frames among them that could stay undecoded, since nobody asked for them.
    var framesSkipped = 0
    var framesAnalysed = 0
    /// Analysed frames that shared the encoding of an earlier one.
    var framesReused = 0
    /// Events that the database did not have before.
    var events = 0
    /// Places of damage in the recordings.
    var errors = 0
    /// Recordings that had been ingested before.
    var alreadyIngested = 0
    /// CPU seconds of demuxing and decoding, of scaling, and of encoding; seconds by the clock of writing.
    var decodeSeconds = 0.0
    var scaleSeconds = 0.0
    var encodeSeconds = 0.0
    var writeSeconds = 0.0

    init(camera: String) { self.camera = camera }

    /// Adds what one recording's analysis did.
    mutating func add(_ report: RecordingPipeline.Report) {
        let statistics = report.statistics
        mediaSeconds = Rounded.milliseconds(mediaSeconds + statistics.mediaSeconds)
        framesDecoded += statistics.frames
        framesSkipped += statistics.framesSkipped
        framesAnalysed += statistics.framesAnalysed
        framesReused += report.framesReused
        events += report.newEvents
        errors += statistics.errors
        decodeSeconds = Rounded.milliseconds(decodeSeconds + statistics.decodeCPUSeconds)
        scaleSeconds = Rounded.milliseconds(scaleSeconds + statistics.scaleCPUSeconds)
        writeSeconds = Rounded.milliseconds(writeSeconds + report.writeSeconds)
        if report.wasKnown { alreadyIngested += 1 }
    }
}
