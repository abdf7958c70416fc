extension QueryReader {
    /// Takes "between 22:00 and 06:00", "from 10 pm to 6 am", "after 22:00" and "before 6 am" out of the sentence.
    mutating func takeHours() throws(GroundingError) -> ActiveHours? {
        for (opening, middle) in [("between", "and"), ("from", "to"), ("from", "until")] {
            for place in words.indices where words[place] == opening {
                guard let (start, afterStart) = clock(place + 1), afterStart < words.count, words[afterStart] == middle,
                    let (end, after) = clock(afterStart + 1)
                else { continue }
                return try hours(start, end, place..<after)
            }
        }
        for (opening, isStart) in [("after", true), ("before", false)] {
            for place in words.indices where words[place] == opening {
                guard let (minute, after) = clock(place + 1) else { continue }
                return try isStart ? hours(minute, 1440, place..<after) : hours(0, minute, place..<after)
            }
        }
        return nil
    }

    /// Takes "in zone fence" or "in the fence zone" out of the sentence.
    mutating func takeZone(_ known: Set<String>) throws(GroundingError) -> String? {
        for place in words.indices where ["zone", "area"].contains(words[place]) && place > 0 {
            let isArticled = words[place - 1] == "the"
            let preposition = place - (isArticled ? 2 : 1)
            if preposition >= 0, Self.prepositions.contains(words[preposition]), place + 1 < words.count,
                words[place] == "zone"
            {
                return try zone(words[place + 1], preposition..<place + 2, known)
            }
            let isNamed = place > 2 && words[place - 2] == "the" && Self.prepositions.contains(words[place - 3])
            if isNamed, words[place] == "zone" || known.contains(where: { $0.lowercased() == words[place - 1] }) {
                return try zone(words[place - 1], place - 3..<place + 1, known)
            }
        }
        return nil
    }

    private static let prepositions: Set = ["in", "inside", "at", "within", "into", "enters"]

    private mutating func zone(
        _ name: String, _ range: Range<Int>, _ known: Set<String>
    ) throws(GroundingError) -> String {
        guard let zone = known.first(where: { $0.lowercased() == name }) else {
            let names = known.isEmpty ? "there are none" : "there are " + known.sorted().joined(separator: ", ")
            throw refusal("no zone is called \(name); \(names)")
        }
        words.removeSubrange(range)
        return zone
    }

    private mutating func hours(_ start: Int, _ end: Int, _ range: Range<Int>) throws(GroundingError) -> ActiveHours {
        guard let hours = ActiveHours(startMinute: start == 1440 ? 0 : start, endMinute: end) else {
            throw refusal("the hours are empty")
        }
        words.removeSubrange(range)
        return hours
    }

    /// The minute of the day said at `place`, and the index after it: "22:00", "10 pm", "10pm", "midnight", "noon".
    private func clock(_ place: Int) -> (minute: Int, end: Int)? {
        guard place < words.count else { return nil }
        if words[place] == "midnight" { return (1440, place + 1) }
        if words[place] == "noon" { return (720, place + 1) }
        var text = words[place]
        var end = place + 1
        var half: String?
        if text.hasSuffix("am") || text.hasSuffix("pm") {
            half = String(text.suffix(2))
            text = String(text.dropLast(2))
        } else if end < words.count, ["am", "pm"].contains(words[end]) {
            half = words[end]
            end += 1
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.count == 2 || half != nil else { return nil }
        guard let hour = Self.digits(parts[0]), let minute = parts.count == 2 ? Self.digits(parts[1]) : 0, minute < 60
        else { return nil }
        if let half {
            guard (1...12).contains(hour) else { return nil }
            return ((hour % 12 + (half == "pm" ? 12 : 0)) * 60 + minute, end)
        }
        return hour < 24 || (hour == 24 && minute == 0) ? (hour * 60 + minute, end) : nil
    }

    private static func digits(_ text: Substring) -> Int? {
        (1...2).contains(text.count) && text.allSatisfy(\.isASCII) && text.allSatisfy(\.isNumber) ? Int(text) : nil
    }
}
