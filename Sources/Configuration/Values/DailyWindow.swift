/// A part of every day by the machine's local clock, half-open; it may run past midnight.
public struct DailyWindow: Hashable, Sendable, CustomStringConvertible {
    /// First minute inside, counted from midnight, 0…1439.
    public let startMinute: Int
    /// First minute after it, counted from midnight, 0…1440; smaller than ``startMinute`` when midnight lies inside.
    public let endMinute: Int

    /// Reads `22:00-06:00`; nil for anything else, and for an empty window.
    public init?(_ text: String) {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, let start = Self.minute(halves[0]), let end = Self.minute(halves[1]) else {
            return nil
        }
        guard start < 1440, start != end else { return nil }
        startMinute = start
        endMinute = end
    }

    /// Whether the minute `minute` of the day (0…1439) lies inside.
    public func contains(minute: Int) -> Bool {
        startMinute < endMinute
            ? minute >= startMinute && minute < endMinute : minute >= startMinute || minute < endMinute
    }

    /// `22:00-06:00`.
    public var description: String { Self.text(startMinute) + "-" + Self.text(endMinute) }

    private static func minute(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        guard [0, 1, 3, 4].allSatisfy({ digits.contains(bytes[$0]) }) else { return nil }
        guard let hour = Int(text.prefix(2)), let minute = Int(text.suffix(2)), minute < 60 else { return nil }
        return hour < 24 || (hour == 24 && minute == 0) ? hour * 60 + minute : nil
    }

    private static func text(_ minute: Int) -> String {
        [minute / 60, minute % 60].map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
    }
}
