public import Base
public import Foundation

extension AnomalyModel {
    /// Everything that a restart needs.
    private struct State: Codable {
        let camera: String
        let encoder: EncoderIdentity
        let phase: AnomalyReading.Phase
        let sentences: SentenceLanes.State?
        let banks: NormalityBanks
        let history: LaneHistory
        let limit: AlarmThreshold
        let log: AlarmLog
        let light: LightMode
        let motion: MotionAttributes
        let smoother: Smoother
        let automaton: EventAutomaton
        let waiting: [Sighting]
        let quietFrom: WallTime?
        let quietUntil: WallTime?
        let isAbsorbing: Bool
        let lastVerdict: Int64
        let provisionalDay: Int
        let provisionalAlarms: Int
        let firstTime: WallTime?
        let lastTime: WallTime?
        let agedAt: WallTime?
        let frames: Int
        let watched: Double
    }

    /// The model's whole state in the form of ``SnapshotFile``, bound to its camera and encoder.
    public func snapshot() throws -> Data {
        let state = State(
            camera: camera.name, encoder: encoder, phase: phase, sentences: sentences?.state, banks: banks,
            history: history, limit: limit, log: log, light: light, motion: motion, smoother: smoother,
            automaton: automaton, waiting: waiting, quietFrom: quietFrom, quietUntil: quietUntil,
            isAbsorbing: isAbsorbing, lastVerdict: lastVerdict,
            provisionalDay: provisional.day, provisionalAlarms: provisional.alarms, firstTime: firstTime,
            lastTime: lastTime,
            agedAt: agedAt, frames: frames,
            watched: watched)
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        return SnapshotFile.seal(try encoder.encode(state), as: .normality)
    }

    /// Takes over the state in `data`, which errors call `file`. The ceiling, the constants and the sentences stay those of
    /// this model. Throws `AnomalyError.snapshot` for anything damaged and `AnomalyError.foreignSnapshot` for another
    /// camera's or encoder's; the model is unchanged then.
    public mutating func restore(_ data: Data, file: String) throws(AnomalyError) {
        let state = try Self.decode(data, file)
        guard state.camera == camera.name, state.encoder == encoder else {
            throw .foreignSnapshot(
                file: file, found: "camera \(state.camera) with encoder \(state.encoder)",
                wanted: "camera \(camera) with encoder \(encoder)")
        }
        let isWhole =
            state.history.isWhole && state.banks.isWhole(width: encoder.width)
            && state.waiting.allSatisfy { $0.isWhole(width: encoder.width) } && state.watched >= 0
        var restored = self
        let fits = state.sentences.map { restored.sentences?.restore($0) ?? true } ?? true
        guard isWhole, fits else { throw .snapshot(file: file, problem: "its parts do not fit together") }
        restored.take(state)
        self = restored
    }

    /// The snapshot `data` without what was seen in `span`. Throws `AnomalyError.snapshot` for anything damaged, and the errors
    /// of writing a snapshot.
    public static func erasing(_ span: TimeSpan, from data: Data, file: String) throws -> Data {
        let state = try decode(data, file)
        guard let camera = CameraID(state.camera) else {
            throw AnomalyError.snapshot(file: file, problem: "no camera has that name")
        }
        var model = AnomalyModel(
            camera: camera, encoder: state.encoder, sentences: nil,
            ceilingPerDay: state.limit.settings.ceilingPerDay)
        try model.restore(data, file: file)
        model.forget(seenIn: span)
        return try model.snapshot()
    }

    /// What a snapshot says of its camera, without restoring it. Throws `AnomalyError.snapshot` for anything damaged.
    public static func standing(in data: Data, file: String) throws(AnomalyError) -> AnomalyStanding {
        let state = try decode(data, file)
        return AnomalyStanding(
            camera: state.camera, encoder: state.encoder, phase: state.phase, threshold: state.limit.value,
            basis: state.limit.basis, rate: state.log.rate(ceilingPerDay: state.limit.settings.ceilingPerDay),
            watchedDays: state.watched / 86_400, lastFrame: state.lastTime)
    }

    /// How the camera's model stands now.
    public var standing: AnomalyStanding {
        AnomalyStanding(
            camera: camera.name, encoder: encoder, phase: phase, threshold: limit.value, basis: limit.basis,
            rate: achievedRate, watchedDays: watched / 86_400, lastFrame: lastTime)
    }

    private mutating func take(_ state: State) {
        (phase, banks, history, log) = (state.phase, state.banks, state.history, state.log)
        (light, motion, smoother, automaton) = (state.light, state.motion, state.smoother, state.automaton)
        (waiting, quietFrom, quietUntil) = (state.waiting, state.quietFrom, state.quietUntil)
        (isAbsorbing, firstTime, lastTime) = (state.isAbsorbing, state.firstTime, state.lastTime)
        (lastVerdict, provisional) = (state.lastVerdict, (state.provisionalDay, state.provisionalAlarms))
        (agedAt, frames, watched) = (state.agedAt, state.frames, state.watched)
        let ceiling = limit.settings.ceilingPerDay
        limit = state.limit
        if limit.settings.ceilingPerDay != ceiling { limit.change(ceilingPerDay: ceiling) }
    }

    private static func decode(_ data: Data, _ file: String) throws(AnomalyError) -> State {
        let payload: Data
        do throws(SnapshotError) {
            payload = try SnapshotFile.open(data, as: .normality, file: file)
        } catch {
            throw .snapshot(file: error.file, problem: error.problem)
        }
        do {
            return try PropertyListDecoder().decode(State.self, from: payload)
        } catch let DecodingError.dataCorrupted(context) {
            throw .snapshot(file: file, problem: context.debugDescription)
        } catch {
            throw .snapshot(file: file, problem: "not in the form of this version")
        }
    }
}
