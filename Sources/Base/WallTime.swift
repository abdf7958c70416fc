public import FoundationEssentials

/// A moment in UTC, in whole microseconds since 1970-01-01T00:00:00Z (what PostgreSQL's `timestamptz` resolves).
public struct WallTime: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// The moment `microseconds` after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The moment of a Foundation date, rounded to the microsecond.
    public init(_ date: Date) { self.init(microseconds: Int64((date.timeIntervalSince1970 * 1e6).rounded())) }

    /// Reads RFC 3339: `2026-05-01T12:00:00Z`, with an optional fraction of a second and any numeric offset; a space
    /// may stand for the `T`. Returns nil for anything else.
    public init?(rfc3339 text: String) {
        let normalised = text.replacing(" ", with: "T", maxReplacements: 1).uppercased()
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? whole.parse(normalised)) ?? (try? fractional.parse(normalised)) else { return nil }
        self.init(date)
    }

    /// The moment as a Foundation date.
    public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6) }

    /// RFC 3339 in UTC with milliseconds: `2026-05-01T12:00:00.000Z`.
    public var description: String {
        let (day, inDay) = microseconds.flooredDivision(by: 86_400_000_000)
        let (y, m, d) = Self.civil(daysSinceEpoch: day)
        let ms = inDay / 1000
        return Self.padded(y, 4) + "-" + Self.padded(m, 2) + "-" + Self.padded(d, 2) + "T"
            + Self.padded(ms / 3_600_000, 2) + ":" + Self.padded(ms / 60_000 % 60, 2) + ":"
            + Self.padded(ms / 1000 % 60, 2) + "." + Self.padded(ms % 1000, 3) + "Z"
    }

    /// The same day as `yyyy-mm-dd` in UTC.
    public var dayName: String { String(description.prefix(10)) }

    /// This moment moved by `seconds`, rounded to the microsecond.
    public func advanced(bySeconds seconds: Double) -> WallTime {
        WallTime(microseconds: microseconds + Int64((seconds * 1e6).rounded()))
    }

    /// Seconds from `other` to this moment.
    public func seconds(since other: WallTime) -> Double { Double(microseconds - other.microseconds) / 1e6 }

    /// Earlier sorts first.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.microseconds < b.microseconds }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Proleptic Gregorian date of a day number (1970-01-01 = 0); H. Hinnant, "chrono-compatible low-level date
    /// algorithms", `civil_from_days`.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153  // month counted from March
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    /// Quotient rounded towards −∞ and the non-negative remainder.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r < 0 ? (q - 1, r + divisor) : (q, r)
    }
}
