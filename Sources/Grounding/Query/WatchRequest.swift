/// A sentence as alertd watches for it: the condition, where in the picture, and when.
public struct WatchRequest: Sendable, Equatable {
    /// The sentence.
    public let text: String
    /// What is encoded when the condition is one scene: the sentence as it was written, unless it says where or when too.
    public let sentence: String
    /// What has to be seen.
    public let condition: Condition
    /// Name of the zone that it has to be seen in; nil for the whole picture.
    public private(set) var zone: String?
    /// The part of the day in which it counts; nil for all day.
    public private(set) var hours: ActiveHours?

    /// Reads an English sentence by rule. `zones` are the names that "in zone …" may use.
    ///
    /// Throws ``GroundingError/refusedQuery(text:problem:)`` for what cannot be enforced or is ambiguous.
    public init(_ text: String, zones: Set<String> = []) throws(GroundingError) {
        var reader = try QueryReader(text)
        hours = try reader.takeHours()
        zone = try reader.takeZone(zones)
        condition = try reader.condition()
        sentence = hours == nil && zone == nil ? text : condition.scenes.first ?? text
        self.text = text
    }

    /// The same, asked in `zone` and in `hours` where its own words name none.
    public func bound(zone: String?, hours: ActiveHours?) -> WatchRequest {
        var bound = self
        bound.zone = self.zone ?? zone
        bound.hours = self.hours ?? hours
        return bound
    }
}
