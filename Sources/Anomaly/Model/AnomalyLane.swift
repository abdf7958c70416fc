/// One way to measure strangeness.
public enum AnomalyLane: String, Sendable, Hashable, CaseIterable, Codable {
    /// A look unlike everything this camera has shown.
    case normality
    /// A look unlike what this camera shows at this hour.
    case hour
    /// Nearer to sentences about anomalies than to normal ones and to the camera's own normal picture (NOVA).
    case contrast
    /// Anomalous captions among the nearest (Flashback).
    case retrieval
    /// Something moves, stands or is sized unlike what moved here before.
    case motion
    /// More of the picture changed than usual, as the share of patches that a video encoder could not drop.
    case change

    /// Its place in arrays.
    var index: Int {
        switch self {
        case .normality: 0
        case .hour: 1
        case .contrast: 2
        case .retrieval: 3
        case .motion: 4
        case .change: 5
        }
    }
}
