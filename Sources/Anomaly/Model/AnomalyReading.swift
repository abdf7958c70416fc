public import Base

/// What one frame scored.
public struct AnomalyReading: Sendable {
    /// How far a camera's model has come.
    public enum Phase: String, Sendable, Codable {
        /// Everything is learnt, nothing is scored.
        case cold
        /// Scored, but only likeness to sentences alarms, provisionally: what is normal is not known yet.
        case warming
        /// The history supports the ceiling.
        case live
    }

    /// One lane's part.
    public struct LaneScore: Sendable, Equatable {
        /// Which.
        public let lane: AnomalyLane
        /// The lane's raw score, of its own unit.
        public let raw: Double
        /// Share of normal frames around this hour that score at least as high.
        public let pValue: Double
    }

    /// When.
    public let time: WallTime
    /// How far the model has come.
    public let phase: Phase
    /// Lanes that had something to say.
    public let lanes: [LaneScore]
    /// −log₁₀ of the smallest p-value of the lanes.
    public let fused: Double
    /// ``fused`` after smoothing: what is tested.
    public let smoothed: Double
    /// The threshold in force.
    public let threshold: Double
    /// ``smoothed`` over ``threshold``, or while warming the contrast with sentences over its own: 1 and more starts an alarm.
    public let ratio: Double
    /// Smallest p-value of the lanes.
    public let pValue: Double
    /// Why, when ``ratio`` is at least the share at which alarms live on.
    public let explanation: AnomalyExplanation?
    /// What the frame did to the camera's alarm.
    package let changes: [EventAutomaton.Change]

    /// Whether alarms are provisional.
    public var isProvisional: Bool { phase != .live }
}
