public import Base

/// What is normal for one camera: a bounded memory bank of its encodings and the history of its scores.
///
/// The score of a frame is the distance of its most unusual look to the nearest neighbour in the bank (nearest-neighbour
/// normality as in PatchCore, Roth et al., CVPR 2022, on whole looks). Causal: only what was seen at least
/// ``Configuration/admissionDelay`` before counts as normal, for the bank and for the threshold, so that an incident
/// does not become normal while it happens.
public struct NormalityModel: Sendable {
    /// Sizes and times.
    public struct Configuration: Sendable, Equatable {
        /// Most vectors in the memory bank.
        public var capacity = 1024
        /// Distance within which the bank covers a vector already, before it first fills up.
        public var radius: Float = 0.01
        /// Seconds from the first frame during which everything is learnt and nothing is scored.
        public var warmUp: Double = 20
        /// Seconds after which a frame may count as normal.
        public var admissionDelay: Double = 30
        /// Distance below which nothing is an anomaly.
        public var floor: Double
        /// The threshold lies this factor above the 99.5 % quantile of the camera's history.
        public var margin: Double = 1.25
        /// Seconds east of Greenwich: what the hours in explanations mean.
        public var utcOffset = 0

        /// The defaults, with `floor` as fitted to the encoder.
        public init(floor: Double) { self.floor = floor }
    }

    /// Share of the threshold from which a score is explained: what keeps an event alive.
    private static let explainedShare = 0.8

    private let configuration: Configuration
    private var bank: CoresetBank?  // as wide as the first encoding
    private var history = ScoreHistory()  // every score, for p-values
    private var admitted = ScoreHistory()  // those old enough to be normal, for the threshold
    private var waiting: [(encoding: FrameEncoding, score: Double)] = []
    private var firstTime: WallTime?

    /// A model of a camera that has shown nothing yet.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// Scores the next frame, then lets the model learn from what is old enough; nil during warm-up. Times must rise.
    public mutating func observe(_ encoding: FrameEncoding) -> AnomalyScore? {
        let start = firstTime ?? encoding.time
        firstTime = start
        guard encoding.time.seconds(since: start) >= configuration.warmUp else {
            learn(encoding)
            return nil
        }
        admitWaiting(before: encoding.time.advanced(bySeconds: -configuration.admissionDelay))
        guard let score = score(encoding) else { return nil }
        waiting.append((encoding, score.value))
        history.insert(score.value)
        return score
    }

    private func score(_ encoding: FrameEncoding) -> AnomalyScore? {
        let neighbours = encoding.looks.compactMap { bank?.nearest($0.values) }
        guard !neighbours.isEmpty else { return nil }
        let worst = neighbours.indices.max { neighbours[$0].distance < neighbours[$1].distance } ?? 0
        let value = Double(neighbours[worst].distance)
        let threshold = max(configuration.floor, configuration.margin * admitted.quantile(0.995))
        let (box, pValue) = (encoding.looks[worst].box, history.exceedance(value))
        var explanation: AnomalyExplanation?
        if value >= Self.explainedShare * threshold {
            let bucket = HourBucket(encoding.time, offset: configuration.utcOffset, isInfrared: false)
            explanation = AnomalyExplanation(
                lane: .normality, basis: .recording, pValue: pValue, anyHourPValue: pValue, rawScore: value, box: box,
                moments: [neighbours[worst].seen], sentences: [], category: nil, hour: bucket.name)
        }
        return AnomalyScore(
            value: value, pValue: pValue, ratio: value / threshold, lane: .normality, box: box, explanation: explanation
        )
    }

    private mutating func admitWaiting(before limit: WallTime) {
        let old = waiting.prefix { $0.encoding.time <= limit }
        for (encoding, score) in old {
            admitted.insert(score)
            learn(encoding)
        }
        waiting.removeFirst(old.count)
    }

    private mutating func learn(_ encoding: FrameEncoding) {
        for look in encoding.looks {
            if bank == nil {
                bank = CoresetBank(
                    capacity: configuration.capacity, width: look.values.count, radius: configuration.radius)
            }
            bank?.insert(look.values, at: encoding.time)
        }
    }
}
