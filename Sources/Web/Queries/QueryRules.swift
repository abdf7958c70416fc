internal import Base
internal import Configuration
internal import Grounding

/// What a query that comes over the network must be, beside well formed: its words can be enforced, its cameras and its
/// zone are the configuration's.
enum QueryRules {
    /// The sentence as it is understood. Throws ``WebError``.
    static func read(_ text: String, zones: Set<String>) throws -> WatchRequest {
        try WatchRequest(text, zones: zones)
    }

    /// The names of all cameras' zones.
    static func zones(_ configuration: Configuration) -> Set<String> {
        Set(configuration.cameras.flatMap { $0.zones.keys })
    }

    /// Throws `unprocessable` for a sentence whose conditions a standing query says elsewhere.
    static func checkStanding(_ request: WatchRequest) throws(WebError) {
        if request.hours != nil {
            throw .unprocessable(parameter: "text", "say the hours with \"active\", not in the sentence")
        }
        if request.zone != nil {
            throw .unprocessable(parameter: "text", "say the zone with \"zone\", not in the sentence")
        }
    }

    /// Throws `unprocessable` for a sentence that says again what is said beside it.
    static func checkOnce(_ request: WatchRequest, zone: String?, active: DailyWindow?) throws(WebError) {
        if request.hours != nil, active != nil {
            throw .unprocessable(parameter: "active", "the sentence says the hours too; say them once")
        }
        if request.zone != nil, zone != nil {
            throw .unprocessable(parameter: "zone", "the sentence says the zone too; say it once")
        }
    }

    /// Throws `unprocessable` for a camera that the configuration has not.
    static func check(_ cameras: [CameraID], of configuration: Configuration, _ caller: Caller) throws(WebError) {
        // A token for some cameras watches no others.
        if cameras.isEmpty, let own = caller.cameras {
            throw .unprocessable(
                parameter: "cameras", "name the cameras; the token shows \(own.joined(separator: ", "))")
        }
        for camera in cameras where configuration.camera(camera) == nil || !caller.maySee(camera.name) {
            throw .unprocessable(parameter: "cameras", "there is no camera \(camera) in the configuration")
        }
    }

    /// Throws `unprocessable` for a zone that one of the cameras has not; no cameras means all.
    static func check(
        _ zone: String, on cameras: [CameraID], of configuration: Configuration
    ) throws(WebError) {
        let watched = configuration.cameras.filter { cameras.isEmpty || cameras.contains($0.name) }
        guard let first = watched.first(where: { $0.zones[zone] == nil }) else {
            if !watched.isEmpty { return }
            throw .unprocessable(parameter: "zone", "the configuration has no cameras; add them there first")
        }
        let known = first.zones.keys.sorted().joined(separator: ", ")
        throw .unprocessable(
            parameter: "zone",
            "camera \(first.name) has no zone \(zone); " + (known.isEmpty ? "it has none" : "it has \(known)"))
    }
}
