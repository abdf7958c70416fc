public import Base

// Letters: Q queries · N decoys.

/// Keeps a camera's standing queries below their ceilings of false alarms: from two nulls, this camera's scores of decoy sentences
/// and each query's own history, follows how far above the shipped level a query must rise.
///
/// A query's background is the lower of two components of its history, so a thing that comes often is not calibrated away. Levels
/// are raised and never lowered below those shipped with the encoder, which hold while too little was watched.
public struct CameraCalibration: Sendable {
    /// A query by what its history belongs to.
    public struct Lane: Hashable, Sendable {
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

    private let shipped: Double
    private let decoys: SaliencyScorer
    private var null: DecoyNull
    private var lanes: [Lane] = []
    private var histories: [Lane: ScoreHistogram] = [:]
    private var last: Double?
    /// By query, how much its cosines count less than the encoder's constants say; 0 as shipped.
    public private(set) var shifts: [Float] = []

    /// A calibration by `decoys`, encoded by the encoder that `constants` belong to.
    public init(decoys: [TextEncoding], constants: GroundingConstants) {
        self.decoys = SaliencyScorer(queries: decoys, constants: constants)
        shipped = Double(constants.cosine(saliency: constants.event.open))
        null = DecoyNull(count: decoys.count)
    }

    /// The camera is watched for `lanes` from now on; what is known of those that stay is kept.
    public mutating func watch(_ lanes: [Lane]) {
        let kept = Set(lanes)
        histories = histories.filter { kept.contains($0.key) }
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

    /// What query `index` showed in frames of these cosines was judged by a person: it says nothing of its background.
    public mutating func forget(_ cosines: [Float], of index: Int) {
        guard let last else { return }
        for cosine in cosines { histories[lanes[index]]?.insert(Double(cosine), at: last, weight: -1) }
    }

    private mutating func refresh() {
        var levels: [Double: Double?] = [:]
        shifts = lanes.map { lane in
            let rate = Self.aim * lane.ceilingPerDay
            let level = levels[rate] ?? null.level(perDay: rate)
            levels[rate] = level
            guard let level, let background = histories[lane]?.background else { return 0 }
            return Float(max(0, background.mean + level * background.deviation - shipped))
        }
    }
}
