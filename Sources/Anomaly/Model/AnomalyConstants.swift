package import Base

/// Every constant of live anomaly scoring in one place. Times are in seconds.
public struct AnomalyConstants: Sendable, Equatable {
    // What is normal
    /// Nearest neighbours that a distance is averaged over.
    public var neighbours = 3
    /// Most vectors remembered for an hour of the day, colour and infrared apart.
    public var hourCapacity = 64
    /// Most vectors in the long memory.
    public var longCapacity = 1024
    /// Bytes that encodings may take; fewer vectors are kept where they are wide.
    public var bankBytes = 6_000_000
    /// Cosine distance below which two looks are the same, before a bank first fills.
    public var radius: Float = 0.01
    /// Least time between a frame and its becoming normal; covers ``quietBefore`` and the time until an alarm opens.
    public var admissionDelay: Double = 40
    /// Nothing is learnt from the time before an alarm …
    public var quietBefore: Double = 30
    /// … and after it.
    public var quietAfter: Double = 30
    /// Share of frames that count as ordinary: rarer ones must come again before they are learnt.
    public var ordinaryShare = 0.95
    /// Time that must lie between two sightings of something rare before it is normal.
    public var probation: Double = 3600
    /// Rare looks that wait for a second sighting.
    public var probationCapacity = 64
    /// What was not seen for so long is forgotten.
    public var lifetime: Double = 14 * 86_400
    /// Cosine distance around a confirmed incident within which nothing becomes normal.
    public var forbiddenRadius: Float = 0.05

    // Warm-up
    /// Frames before anything is scored …
    public var coldFrames = 600
    /// … and time.
    public var coldSeconds: Double = 600
    /// Watched time before a camera may leave the warming phase, and before its scores count for the threshold: every
    /// hour of the day must have been seen.
    public var settling: Double = 86_400
    /// Watched time before what does not come at this hour is told from what does not come at all …
    public var hourSettling: Double = 3 * 86_400
    /// … and frames with something in them that the hour must have seen: where hardly anything comes, that something comes
    /// is all that can be said.
    public var hourPresence = 1000.0
    /// Gated contrast that is a provisional alarm by itself while warming.
    public var warmingContrast = 0.95

    // History
    /// Time after which a score, and an anchor's frame, counts half.
    public var driftHalfLife: Double = 7 * 86_400
    /// Scores an hour must have seen before it is judged by itself.
    public var hourMinimum = 1000.0

    // Smoothing and events
    /// How scores are smoothed before they are tested.
    public var smoothing = Smoothing.average(timeConstant: 3)
    /// An alarm lives on down to this share of the threshold.
    public var offShare = 0.8
    /// How long a score must stay up before it is an alarm.
    public var minimumOn: Double = 2
    /// Quiet that ends an alarm.
    public var hold: Double = 5
    /// Pause between frames that ends an alarm.
    public var maximumGap: Double = 10
    /// A rise so soon after an alarm belongs to it.
    public var cooldown: Double = 30
    /// Longest alarm; what goes on is a changed scene and becomes normal.
    public var maximumDuration: Double = 1800
    /// No scores for so long after a switch between colour and infrared.
    public var switchPause: Double = 8

    // Sentences
    /// Seconds over which the scene is averaged before it is compared with sentences (NOVA: 5 samples).
    public var contrastWindow: Double = 5
    /// Seconds between the scenes whose difference is motion.
    public var motionLag: Double = 1

    /// The defaults.
    public init() {}

    /// The defaults for frames about `period` seconds apart: rare frames are no pauses.
    public init(period: Double) {
        hold = max(hold, 2 * period)
        maximumGap = max(maximumGap, 5 * period)
    }

    /// How ratios of score and threshold become alarms.
    package var automaton: EventAutomaton.Parameters {
        EventAutomaton.Parameters(
            on: 1, off: offShare, minimumOn: minimumOn, hold: hold, maximumGap: maximumGap, cooldown: cooldown,
            maximumDuration: maximumDuration)
    }

    /// How scores are smoothed.
    public enum Smoothing: Sendable, Equatable {
        /// An exponential moving average.
        case average(timeConstant: Double)
        /// A cumulative sum of what exceeds `baseline`, in score-seconds, divided by `scale` seconds.
        case cumulative(baseline: Double, scale: Double)
    }
}
