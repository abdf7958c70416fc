internal import Base
internal import Configuration
internal import Ingest
internal import Pipeline
internal import Store

/// A camera as the HTTP service shows it: the keys of `camera list`, and how it stands in this moment.
struct CameraLine: Encodable {
    let name: String
    /// Nil when the configuration no longer has it.
    let configuration: CameraConfiguration?
    let standing: CameraStanding?
    /// Nil when it is not watched.
    let entry: CameraBoard.Entry?
    let pictureTime: WallTime?

    private enum Key: String, CodingKey {
        case camera, configured, url, state, stateReason, lastFrame, framesAnalysed, faults, firstWatched, lastWatched
        case blindReason, blindSince, analyseFps, zones, picture
    }

    /// All keys are always there; what is not known is null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .camera)
        try container.encode(configuration != nil, forKey: .configured)
        try container.encode(configuration?.url.description, forKey: .url)
        try container.encode(state, forKey: .state)
        try container.encode(stateReason, forKey: .stateReason)
        try container.encode(entry?.lastFrame?.description, forKey: .lastFrame)
        try container.encode(entry?.framesAnalysed ?? 0, forKey: .framesAnalysed)
        try container.encode(entry?.faults.map(\.rawValue) ?? [], forKey: .faults)
        try container.encode(standing?.firstWatched?.description, forKey: .firstWatched)
        try container.encode(standing?.lastWatched?.description, forKey: .lastWatched)
        try container.encode(standing?.blindReason, forKey: .blindReason)
        try container.encode(standing?.blindSince?.description, forKey: .blindSince)
        try container.encode(configuration?.analyseFPS, forKey: .analyseFps)
        let zones = configuration?.zones.mapValues { $0.points.map { [$0.x, $0.y] } } ?? [:]
        try container.encode(zones, forKey: .zones)
        try container.encode(pictureTime?.description, forKey: .picture)
    }

    private var state: String? {
        switch entry?.state {
        case nil: nil
        case .connecting: "connecting"
        case .live: "live"
        case .lost, .waiting: "waiting"
        case .unauthorized: "unauthorized"
        }
    }

    /// Its address is in it without secrets.
    private var stateReason: String? {
        guard let outage = entry?.state.outage else { return nil }
        return "\(outage.reason)"
    }
}
