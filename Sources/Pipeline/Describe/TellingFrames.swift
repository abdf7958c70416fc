internal import Anomaly
package import Base

/// Which frames of an event a model is shown that looks at few.
package enum TellingFrames {
    /// Positions of at most `count` of the frames taken at `times`, in order: in proportion to `scores`, the event's anomaly
    /// scores, so that most frames show what is strangest (``Anomaly/MassSampler``); evenly spread where there are none.
    package static func positions(
        of times: [WallTime], scores: [(at: WallTime, score: Double)], count: Int
    ) -> [Int] {
        let highest = scores.map(\.score).max() ?? 0
        guard highest > 0, times.count > count else {
            return EngineNarrator.spread(Array(times.indices), count)
        }
        let shares = times.map { time -> Double in
            let nearest = scores.min { abs($0.at.seconds(since: time)) < abs($1.at.seconds(since: time)) }
            return max(0, nearest?.score ?? 0) / highest
        }
        return Array(Set(MassSampler.positions(shares, count: count))).sorted()
    }
}
