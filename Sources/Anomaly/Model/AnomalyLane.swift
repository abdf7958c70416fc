/// One way to measure strangeness.
public enum AnomalyLane: String, Sendable, Hashable, CaseIterable, Codable {
    /// The scene looks unlike everything this camera has shown.
    case scene
    /// Something in it looks unlike everything this camera has shown.
    case normality
    /// Something in it looks unlike what this camera shows at this hour.
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
        case .scene: 0
        case .normality: 1
        case .hour: 2
        case .contrast: 3
        case .retrieval: 4
        case .motion: 5
        case .change: 6
        }
    }
}
