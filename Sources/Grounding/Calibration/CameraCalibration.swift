public import Base
public import Foundation

// Letters: Q queries · N decoys.

/// Keeps a camera's standing queries below their ceilings of false alarms: from two nulls, this camera's scores of decoy sentences
/// and each query's own history, follows how far above the shipped level a query must rise.
///
/// A query's background is the lower of two components of its history, so a thing that comes often is not calibrated away. Levels
/// are raised and never lowered below those shipped with the encoder, which hold while too little was watched. What people say of
/// events counts besides: an incident leaves the background, and where more events than a day's ceiling were nothing, the level
/// rises above them.
public struct CameraCalibration: Sendable {
    /// A query by what its history belongs to.
    public struct Lane: Hashable, Sendable, Codable {
        /// The sentence.
        public let text: String
        /// Where it is looked for.
        public let zone: PictureZone?
        /// Most false alarms a day.
        public let ceilingPerDay: Double

        /// Gathers the parts.
        public init(text: String, zone: PictureZone?, ceilingPerDay: Double) {
            (self.text, self.zone, self.ceilingPerDay) = (text, zone, ceilingPerDay)
        }
    }

    /// The rate aimed at, as a share of the ceiling: room for estimates that are off.
    private static let aim = 0.5
    /// A frame stands for this many seconds at most.
    private static let longestPause = 10.0

    /// What a restart needs.
    private struct State: Codable {
        let decoys: [String]
        let null: DecoyNull
        let lanes: [Lane]
        let histories: [ScoreHistogram]
        let rejected: [RejectedEvents]
        let last: Double?
        let lastVerdict: Int64
    }

    private let shipped: Double
    private let sentences: [String]
    private let decoys: SaliencyScorer
    private var null: DecoyNull
    private var lanes: [Lane] = []
    private var histories: [Lane: ScoreHistogram] = [:]
    private var rejected: [Lane: RejectedEvents] = [:]
    private var last: Double?
    /// The number of the newest verdict that was taken; 0 before the first.
    public private(set) var lastVerdict: Int64 = 0
    /// By query, how much its cosines count less than the encoder's constants say; 0 as shipped.
    public private(set) var shifts: [Float] = []

    /// A calibration by `decoys`, encoded by the encoder that `constants` belong to.
    public init(decoys: [TextEncoding], constants: GroundingConstants) {
        self.decoys = SaliencyScorer(queries: decoys, constants: constants)
        sentences = decoys.map(\.text)
        shipped = Double(constants.cosine(saliency: constants.event.open))
        null = DecoyNull(count: decoys.count)
    }

    /// The camera is watched for `lanes` from now on; what is known of those that stay is kept.
    public mutating func watch(_ lanes: [Lane]) {
        let kept = Set(lanes)
        histories = histories.filter { kept.contains($0.key) }
        rejected = rejected.filter { kept.contains($0.key) }
        for lane in lanes where histories[lane] == nil {
            histories[lane] = ScoreHistogram(halfLife: DecoyNull.halfLife)
        }
        self.lanes = lanes
        refresh()
    }

    /// Whether enough was watched that the ceiling of query `index` is kept and not only hoped for.
    public func isCalibrated(_ index: Int) -> Bool {
        null.level(perDay: Self.aim * lanes[index].ceilingPerDay) != nil
    }

    /// Takes a frame: what it looked like, and the cosine of each query, nil where its zone showed nothing. Times rise.
    public mutating func take(_ encoding: FrameEncoding, cosines: [Float?]) {
        precondition(cosines.count == lanes.count, "\(cosines.count) queries")
        let seconds = Double(encoding.time.microseconds) / 1e6
        let duration = min(max(0, seconds - (last ?? seconds)), Self.longestPause)
        last = seconds
        for (lane, cosine) in zip(lanes, cosines) {
            if let cosine { histories[lane]?.insert(Double(cosine), at: seconds) }
        }
        if null.take(decoys.similarities(encoding), at: seconds, duration: duration) { refresh() }
    }

    /// By what level query `index` is judged now.
    public func level(_ index: Int) -> QueryLevel {
        QueryLevel(basis: isCalibrated(index) ? .history : .provisional, raisedBy: Double(shifts[index]))
    }

    /// Takes verdict `number` on an event of query `index` that began at `start` and whose frames had these cosines: an incident says
    /// nothing of the background, and what was nothing must not be told more often than the ceiling allows.
    public mutating func judge(
        isIncident: Bool, _ cosines: [Float], of index: Int, from start: WallTime, number: Int64
    ) {
        noteVerdict(number)
        let lane = lanes[index]
        let seconds = Double(start.microseconds) / 1e6
        if isIncident {
            rejected[lane]?.remove(at: seconds)
            for cosine in cosines { histories[lane]?.insert(Double(cosine), at: last ?? seconds, weight: -1) }
        } else if let peak = cosines.max() {
            rejected[lane, default: RejectedEvents()].add(peak, at: seconds)
        }
        refresh()
    }

    /// Verdict `number` says nothing of any query here.
    public mutating func noteVerdict(_ number: Int64) { lastVerdict = max(lastVerdict, number) }

    /// Times begin anew with the next frame: the clock was changed.
    public mutating func restartClock() {
        null.restartClock()
        for lane in histories.keys { histories[lane]?.restartClock() }
        last = nil
    }

    private mutating func refresh() {
        var levels: [Double: Double?] = [:]
        shifts = lanes.map { lane in
            let rate = Self.aim * lane.ceilingPerDay
            let level = levels[rate] ?? null.level(perDay: rate)
            levels[rate] = level
            var needed = shipped
            if let level, let background = histories[lane]?.background {
                needed = max(needed, background.mean + level * background.deviation)
            }
            let peak = rejected[lane]?.level(
                allowed: lane.ceilingPerDay, halfLife: DecoyNull.halfLife, now: last ?? 0)
            if let peak { needed = max(needed, Double(peak)) }
            return Float(needed - shipped)
        }
    }
}

extension CameraCalibration {
    /// The bytes of everything that a restart needs. Throws `EncodingError`.
    public func snapshot() throws -> Data {
        let state = State(
            decoys: sentences, null: null, lanes: lanes,
            histories: lanes.map { histories[$0] ?? ScoreHistogram(halfLife: DecoyNull.halfLife) },
            rejected: lanes.map { rejected[$0] ?? RejectedEvents() }, last: last, lastVerdict: lastVerdict)
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        return try encoder.encode(state)
    }

    /// Goes on from `snapshot`, whose times may lie after `now` if the clock was changed since. Gives whether it fits: one of other
    /// decoys or a damaged one changes nothing. To be called before ``watch(_:)``.
    public mutating func restore(_ snapshot: Data, now: WallTime) -> Bool {
        guard let state = try? PropertyListDecoder().decode(State.self, from: snapshot), state.decoys == sentences,
            state.null.count == sentences.count, Set(state.lanes).count == state.lanes.count,
            state.histories.count == state.lanes.count, state.rejected.count == state.lanes.count
        else { return false }
        (null, lanes, last, lastVerdict) = (state.null, state.lanes, state.last, state.lastVerdict)
        histories = Dictionary(uniqueKeysWithValues: zip(state.lanes, state.histories))
        rejected = Dictionary(uniqueKeysWithValues: zip(state.lanes, state.rejected))
        if let last, last > Double(now.microseconds) / 1e6 { restartClock() }
        refresh()
        return true
    }
}
