internal import Base

/// RFC 3339's date-time, in full: any offset, any fraction of a second, a leap second.
enum Timestamp {
    /// The moment that `text` says; nil for anything else. Years 0001–9999.
    static func read(_ text: String) -> WallTime? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        func digits(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        func holds(_ index: Int, _ allowed: String) -> Bool {
            index < bytes.count && allowed.utf8.contains(bytes[index])
        }
        guard let year = digits(0..<4), holds(4, "-"), let month = digits(5..<7), holds(7, "-"),
            let day = digits(8..<10), holds(10, "Tt "), let hour = digits(11..<13), holds(13, ":"),
            let minute = digits(14..<16), holds(16, ":"), let second = digits(17..<19)
        else { return nil }
        guard year >= 1, (1...12).contains(month), (1...days(year, month)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var next = 19
        var fraction: Int64 = 0
        if holds(next, ".") {
            next += 1
            var scale: Int64 = 100_000
            let first = next
            while next < bytes.count, (48...57).contains(bytes[next]) {
                fraction += Int64(bytes[next] - 48) * scale
                scale /= 10
                next += 1
            }
            if next == first { return nil }
        }
        guard let offset = offset(bytes, at: next, digits) else { return nil }
        let seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset
        return WallTime(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Seconds east of Greenwich at the end of the text.
    private static func offset(_ bytes: [UInt8], at index: Int, _ digits: (Range<Int>) -> Int64?) -> Int64? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return index + 1 == bytes.count ? 0 : nil
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard index + 6 == bytes.count, bytes[index + 3] == UInt8(ascii: ":"),
                let hours = digits(index + 1..<index + 3), let minutes = digits(index + 4..<index + 6), hours < 24,
                minutes < 60
            else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return bytes[index] == UInt8(ascii: "-") ? -seconds : seconds
        default: return nil
        }
    }

    private static func days(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
