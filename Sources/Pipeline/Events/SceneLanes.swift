internal import Base
internal import Grounding

/// The scenes that a camera's queries ask for, each watched once, and which of their events are told as they are.
struct SceneLanes: Sendable {
    private struct Scene: Hashable {
        let text: String
        let zone: PictureZone?
    }

    /// One for each lane of the event assembly: a query that is a scene, or a scene of a condition.
    private(set) var queries: [Query] = []
    /// Each lane's encoding.
    private(set) var encodings: [TextEncoding] = []
    /// Each lane's zone.
    private(set) var zones: [PictureZone?] = []
    /// What each lane is calibrated as.
    private(set) var calibrated: [CameraCalibration.Lane] = []
    private var told: Set<String> = []
    private var names: [Scene: String] = [:]

    init(_ watched: [WatchedQuery]) {
        for query in watched {
            if query.isScene {
                told.insert(query.query.name)
                add(query.query, query.encodings[0], query)
            } else {
                for (text, encoding) in zip(query.condition.scenes, query.encodings) {
                    let scene = Scene(text: text, zone: query.zone)
                    guard names[scene] == nil else { continue }
                    // No query's name holds a colon.
                    let name = "scene:\(query.zone?.name ?? ""):\(text)"
                    names[scene] = name
                    add(Query(name: name, text: text), encoding, query)
                }
            }
        }
    }

    private mutating func add(_ query: Query, _ encoding: TextEncoding, _ watched: WatchedQuery) {
        queries.append(query)
        encodings.append(encoding)
        zones.append(watched.zone)
        calibrated.append(.init(text: query.text, zone: watched.zone, ceilingPerDay: watched.ceilingPerDay))
    }

    /// Whether `event` is told as it is; otherwise it is a scene of a condition.
    func isTold(_ event: Event) -> Bool {
        guard case .query(let name, _) = event.source else { return true }
        return told.contains(name)
    }

    /// The lane of a query that is a scene; nil for any other.
    func lane(of query: String) -> Int? {
        told.contains(query) ? queries.firstIndex { $0.name == query } : nil
    }

    /// The lane of a condition's scene in `zone`.
    func lane(ofScene text: String, in zone: PictureZone?) -> Int? {
        names[Scene(text: text, zone: zone)].flatMap { name in queries.firstIndex { $0.name == name } }
    }

    /// The scene of a condition in `zone` that `event` shows; nil for any other event.
    func scene(of event: Event, in zone: PictureZone?) -> String? {
        guard case .query(let name, let text) = event.source else { return nil }
        return names[Scene(text: text, zone: zone)] == name ? text : nil
    }
}
