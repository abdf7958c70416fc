public import Base

/// One standing query of the file.
public struct QueryConfiguration: Hashable, Sendable {
    /// No query's name: in the HTTP API it is the address of back-tests.
    public static let reservedName = "test"

    /// The name in the file.
    public let name: String
    /// The sentence that is looked for.
    public let text: String
    /// The cameras it is watched on, in the file's order; all of them unless the file names some.
    public let cameras: [CameraID]
    /// The zone of those cameras that it is bound to; nil for the whole picture.
    public let zone: String?
    /// The part of the day in which it is watched; nil for all day.
    public let active: DailyWindow?
    /// Most false alarms a day on footage without the queried thing.
    public let alarmCeilingPerDay: Double
}
