/// How long and how often a clause says that something has to happen.
struct ClauseLimits {
    var atLeast: Double?
    var atMost: Double?
    var times: Int?

    func apply(to condition: Condition) -> Condition {
        var condition = condition
        if let atLeast { condition = .lasting(condition, atLeast: atLeast) }
        if let atMost { condition = .brief(condition, atMost: atMost) }
        if let times, times > 1 { condition = .repeated(condition, times: times, within: nil) }
        return condition
    }
}

extension QueryReader {
    private static let least = [
        ["more", "than"], ["longer", "than"], ["at", "least"], ["no", "less", "than"], ["over"],
        ["a", "minimum", "of"], [],
    ]
    private static let most = [
        ["less", "than"], ["no", "more", "than"], ["no", "longer", "than"], ["at", "most"], ["under"], ["up", "to"],
        ["not", "more", "than"], ["a", "maximum", "of"],
    ]

    /// Takes "for more than 2 minutes", "longer than 10 s", "twice" … out of a clause.
    func takeLimits(_ words: inout [String]) throws(GroundingError) -> ClauseLimits {
        var limits = ClauseLimits()
        limits.times = try takeTimes(&words)
        for (isMost, phrases) in [(true, Self.most), (false, Self.least)] {
            for opening in [["for"], ["lasting"], ["that", "lasts"], []] {
                for phrase in phrases where !(opening.isEmpty && phrase.isEmpty) {
                    let mark = opening + phrase
                    // "more than" by itself counts things unless a time follows.
                    for place in places(of: mark, in: words) {
                        guard let (seconds, end) = duration(words, place + mark.count) else { continue }
                        if isMost { limits.atMost = seconds } else { limits.atLeast = seconds }
                        words.removeSubrange(place..<end)
                        words = trimmed(words)
                        break
                    }
                }
            }
        }
        try refuseVagueTime(words)
        return limits
    }

    /// Takes "within 30 seconds" out of the words.
    func takeLimit(_ words: inout [String]) throws(GroundingError) -> Double? {
        guard let place = words.firstIndex(of: "within") else { return nil }
        guard let (seconds, end) = duration(words, place + 1) else {
            let next = place + 1 < words.count ? words[place + 1] : ""
            if QueryWords.beginsPhrase(next) { return nil }
            throw refusal("say within how many seconds, minutes or hours")
        }
        words.removeSubrange(place..<end)
        words = trimmed(words)
        return seconds
    }

    /// Seconds said at `place` and the index after them: "2 minutes", "half an hour", "90s", "1 hour and 30 minutes".
    private func duration(_ words: [String], _ place: Int) -> (seconds: Double, end: Int)? {
        guard let (first, end) = simpleDuration(words, place) else { return nil }
        let next = end < words.count && words[end] == "and" ? end + 1 : end
        if let (second, after) = simpleDuration(words, next), second < first,
            !(next < words.count && words[next] == "a")
        {
            return (first + second, after)
        }
        return (first, end)
    }

    private func simpleDuration(_ words: [String], _ place: Int) -> (seconds: Double, end: Int)? {
        guard place < words.count else { return nil }
        if words[place] == "half", place + 2 < words.count, ["a", "an"].contains(words[place + 1]),
            let unit = QueryWords.unit(words[place + 2])
        {
            return (unit / 2, place + 3)
        }
        let digits = words[place].prefix { $0.isNumber || $0 == "." }
        if !digits.isEmpty, let unit = QueryWords.unit(String(words[place].dropFirst(digits.count))),
            let number = QueryWords.number(String(digits))
        {
            return number > 0 ? (number * unit, place + 1) : nil
        }
        guard place + 1 < words.count, let number = QueryWords.number(words[place]), number > 0,
            let unit = QueryWords.unit(words[place + 1])
        else { return nil }
        return (number * unit, place + 2)
    }

    private func takeTimes(_ words: inout [String]) throws(GroundingError) -> Int? {
        var (place, length, times) = (-1, 0, 0)
        if let index = words.firstIndex(where: { ["once", "twice", "thrice"].contains($0) }) {
            (place, length, times) = (index, 1, ["once": 1, "twice": 2, "thrice": 3][words[index]] ?? 1)
        } else if let index = words.firstIndex(of: "times"), index > 0 {
            guard let number = QueryWords.number(words[index - 1]), number >= 1, number <= 1000 else {
                throw refusal("say how many times, as in \"3 times\"")
            }
            (place, length, times) = (index - 1, 2, Int(number))
        }
        guard place >= 0 else { return nil }
        let before = words[..<place]
        if before.suffix(2) == ["more", "than"] {
            (place, length, times) = (place - 2, length + 2, times + 1)
        } else if before.suffix(2) == ["at", "least"] {
            (place, length) = (place - 2, length + 2)
        } else if ["most", "than", "exactly", "only"].contains(before.last ?? "") {
            throw refusal("at most or exactly so many times can never be known while watching; say \"at least\"")
        }
        words.removeSubrange(place..<place + length)
        words = trimmed(words)
        return times
    }

    private func refuseVagueTime(_ words: [String]) throws(GroundingError) {
        let vague: Set = ["while", "long", "few", "couple", "time", "ages"]
        for place in words.indices where words[place] == "for" {
            let next = words[(place + 1)...].prefix(2)
            guard let first = next.first else { throw refusal("it ends with \"for\"") }
            let isArticled = ["a", "some", "several", "many", "the"].contains(first)
            let word = isArticled ? next.last ?? first : first
            if vague.contains(word) || (QueryWords.unit(word) != nil && word.count > 1) {
                throw refusal("say how long in seconds, minutes or hours, as in \"for 2 minutes\"")
            }
        }
    }

    private func places(of phrase: [String], in words: [String]) -> [Int] {
        guard words.count >= phrase.count else { return [] }
        return (0...(words.count - phrase.count)).filter { Array(words[$0..<$0 + phrase.count]) == phrase }
    }

    func find(_ phrase: [String], in words: [String]) -> Int? {
        guard !phrase.isEmpty, words.count >= phrase.count else { return nil }
        return (0...(words.count - phrase.count)).first { Array(words[$0..<$0 + phrase.count]) == phrase }
    }
}
