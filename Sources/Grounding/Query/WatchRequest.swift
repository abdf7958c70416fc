/// A sentence as alertd watches for it: the condition, where in the picture, and when.
public struct WatchRequest: Sendable, Equatable {
    /// The sentence.
    public let text: String
    /// What has to be seen.
    public let condition: Condition
    /// Name of the zone that it has to be seen in; nil for the whole picture.
    public let zone: String?
    /// The part of the day in which it counts; nil for all day.
    public let hours: ActiveHours?

    /// Reads an English sentence by rule. `zones` are the names that "in zone …" may use.
    ///
    /// Throws ``GroundingError/refusedQuery(text:problem:)`` for what cannot be enforced or is ambiguous.
    public init(_ text: String, zones: Set<String> = []) throws(GroundingError) {
        var reader = try QueryReader(text)
        hours = try reader.takeHours()
        zone = try reader.takeZone(zones)
        condition = try reader.condition()
        self.text = text
    }
}
