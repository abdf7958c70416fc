internal import Base
internal import Foundation

/// What each lane scored in a camera's normal past, by hour, colour and infrared apart.
struct LaneHistory: Sendable, Codable {
    private static let buckets = 48
    private let halfLife: Double
    private let hourMinimum: Double
    private var sketches: [ScoreSketch?]
    private var clock = YouthClock()

    init(halfLife: Double, hourMinimum: Double) {
        self.halfLife = halfLife
        self.hourMinimum = hourMinimum
        sketches = Array(repeating: nil, count: AnomalyLane.allCases.count * Self.buckets)
    }

    /// Whether the parts fit together after decoding.
    var isWhole: Bool { sketches.count == AnomalyLane.allCases.count * Self.buckets }

    var byteCount: Int { sketches.count { $0 != nil } * ScoreSketch.bins * 4 }

    /// Counts a normal score.
    mutating func insert(_ score: Double, _ lane: AnomalyLane, at seconds: Double, in bucket: HourBucket) {
        let index = place(lane, bucket.index)
        let seconds = clock.time(at: seconds)
        if sketches[index] == nil { sketches[index] = ScoreSketch(halfLife: halfLife) }
        sketches[index]?.insert(score, at: seconds)
    }

    /// Probability of a score at least as high around this hour; of any hour while this one has seen too little.
    func exceedance(_ score: Double, _ lane: AnomalyLane, in bucket: HourBucket) -> Double {
        let near = bucket.consulted.compactMap { sketches[place(lane, $0)] }
        let isKnown = near.reduce(0, { $0 + $1.total }) >= hourMinimum
        return isKnown
            ? ScoreSketch.exceedance(score, near: near, all: everything(lane))
            : ScoreSketch.exceedance(score, among: everything(lane))
    }

    /// Probability of a score at least as high at any hour.
    func exceedance(_ score: Double, _ lane: AnomalyLane) -> Double {
        ScoreSketch.exceedance(score, among: everything(lane))
    }

    /// Frames around this hour in which the lane had something to score.
    func present(_ lane: AnomalyLane, in bucket: HourBucket) -> Double {
        bucket.consulted.reduce(0) { $0 + (sketches[place(lane, $1)]?.present ?? 0) }
    }

    private func everything(_ lane: AnomalyLane) -> [ScoreSketch] {
        (0..<Self.buckets).compactMap { sketches[place(lane, $0)] }
    }

    private func place(_ lane: AnomalyLane, _ bucket: Int) -> Int { lane.index * Self.buckets + bucket }
}
