public import Anomaly
public import Base
internal import Foundation
internal import Grounding
public import Logging
public import Store

/// How the frames of one camera are scored for anomalies: what the user asks for, and where the camera's past is.
public struct AnomalyScoring: Sendable {
    /// The longest past that is caught up with from stored encodings after a restart, in seconds.
    private static let longestCatchUp = 3600.0

    /// Most frames of an event that a verdict is applied to: half an hour at one a second.
    private static let mostJudged = 1800

    private let ceilingPerDay: Double
    private let sentences: SentenceMemory?
    private let archive: NormalityArchive
    private let kind: NormalityArchive.Kind
    private let logger: Logger

    /// `ceilingPerDay` is the most false alarms a day; `sentences` nil leaves two lanes silent.
    public init(
        ceilingPerDay: Double, sentences: SentenceMemory?, archive: NormalityArchive, kind: NormalityArchive.Kind,
        logger: Logger
    ) {
        self.ceilingPerDay = ceilingPerDay
        self.sentences = sentences
        self.archive = archive
        self.kind = kind
        self.logger = logger
    }

    /// Most alarms that a recording of `days` which is judged against itself may raise: those of a day, at least one.
    func most(inDays days: Double) -> Int { Int(max(1, ceilingPerDay * max(1, days))) }

    /// Scoring that goes on where the camera's past ends, for frames like `picture` about `period` seconds apart, the first
    /// at `time`. From `stored` a watched camera catches up with what the last snapshot lacks.
    func begin(
        _ camera: CameraID, engine: InferenceEngine, picture: Picture, period: Double, at time: WallTime,
        stored: EncodingReader
    ) async -> AnomalyWatch {
        let offset = TimeZone.current.secondsFromGMT(for: time.date)
        let empty = AnomalyModel(
            camera: camera,
            encoder: Anomaly.EncoderIdentity(
                name: engine.name, digest: engine.encoderDigest, width: engine.width,
                resolution: "\(picture.width)x\(picture.height)"),
            sentences: sentences, ceilingPerDay: ceilingPerDay, utcOffset: offset,
            constants: AnomalyConstants(period: period))
        var model = empty
        do throws(AnomalyError) {
            model = try await archive.restored(empty, kind)
        } catch {
            logger.warning("camera \(camera): \(error)")
        }
        guard kind == .recorded else {
            if let last = model.lastFrame, last >= time {
                model.restartClock()
            } else {
                await catchUp(&model, camera, until: time, stored)
            }
            return AnomalyWatch(model, keeps: true, period: period)
        }
        // A recording of before what is known says nothing new about it.
        let isLater = model.lastFrame.map { $0 < time } ?? true
        var first = NormalityModel.Configuration(floor: engine.constants.anomalyFloor)
        first.utcOffset = offset
        return AnomalyWatch(
            isLater ? model : empty, itself: isLater && model.phase == .live ? nil : NormalityModel(first),
            keeps: isLater, period: period)
    }

    /// Lets `model` see what was stored after its snapshot was written, as if the daemon had not been killed.
    private func catchUp(
        _ model: inout AnomalyModel, _ camera: CameraID, until time: WallTime, _ stored: EncodingReader
    ) async {
        let oldest = time.advanced(bySeconds: -Self.longestCatchUp)
        let span = TimeSpan(start: max(model.lastFrame?.advanced(bySeconds: 1e-6) ?? oldest, oldest), end: time)
        guard let missed = try? await stored.encodings(of: camera, during: span) else { return }
        for encoding in missed { _ = model.observe(AnomalyFrame(encoding: encoding)) }
    }

    /// Lets `watch` take those of `verdicts` that it does not know; gives whether there were any.
    func take(_ verdicts: [GivenVerdict], _ watch: inout AnomalyWatch, _ stored: EncodingReader) async -> Bool {
        let fresh = verdicts.filter { $0.subject == .anomaly && $0.number > watch.model.lastVerdict }
        for verdict in fresh {
            let frames = try? await stored.encodings(
                of: watch.model.camera, during: verdict.during, limit: Self.mostJudged)
            watch.judge(verdict, frames: frames ?? [])
        }
        return !fresh.isEmpty
    }

    /// Judges the frames that were stored of an event once more, by what is normal for `camera` now: its reason at its strangest
    /// frame. A camera without a past is judged by the hour before the event. nil when nothing was stored that could be
    /// compared. Throws `StoreError`.
    public func explain(
        _ event: TimeSpan, of camera: String, engine: InferenceEngine, stored: EncodingReader
    ) async throws -> AnomalyExplanation? {
        guard let camera = CameraID(camera) else { return nil }
        let span = TimeSpan(start: event.start, end: event.end.advanced(bySeconds: 1e-3))
        let frames = try await stored.encodings(of: camera, during: span, limit: Self.mostJudged)
        for kind in NormalityArchive.Kind.allCases {
            guard let model = try await archive.past(of: camera, kind, sentences: sentences), model.phase == .live,
                model.encoder.digest == engine.encoderDigest, model.lastFrame.map({ $0 >= event.start }) ?? false
            else { continue }
            return frames.compactMap { model.explain(AnomalyFrame(encoding: $0)) }.min { $0.pValue < $1.pValue }
        }
        return try await explainByItself(span, camera, engine, stored)
    }

    private func explainByItself(
        _ span: TimeSpan, _ camera: CameraID, _ engine: InferenceEngine, _ stored: EncodingReader
    ) async throws -> AnomalyExplanation? {
        let before = TimeSpan(start: span.start.advanced(bySeconds: -Self.longestCatchUp), end: span.end)
        var model = NormalityModel(.init(floor: engine.constants.anomalyFloor))
        var best: AnomalyScore?
        for encoding in try await stored.encodings(of: camera, during: before) {
            guard let score = model.observe(encoding), encoding.time >= span.start, score.explanation != nil,
                score.ratio > best?.ratio ?? 0
            else { continue }
            best = score
        }
        return best?.explanation
    }

    /// Keeps what `watch` has learnt, if it is to be kept.
    func save(_ watch: AnomalyWatch) async {
        guard watch.keeps else { return }
        do {
            try await archive.save(watch.model, kind)
        } catch {
            logger.error(
                "camera \(watch.model.camera): what is normal could not be kept: \(error.localizedDescription)")
        }
    }
}

extension InferenceEngine {
    /// `list` as the encoder sees it. Throws `ModelError` when the encoder knows no sentences.
    public nonisolated func sentences(_ list: SentenceList) async throws -> SentenceMemory {
        var encodings: [TextEncoding] = []
        for prompt in SentenceMemory.prompts(for: list) { encodings.append(try await encode(text: prompt)) }
        return SentenceMemory(list: list, encodings: encodings)
    }
}
