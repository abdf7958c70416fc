/// What the rules of ``QueryReader`` know about single English words.
enum QueryWords {
    static let determiners: Set = [
        "a", "an", "the", "some", "any", "another", "this", "that", "these", "those", "one", "two", "three", "four",
        "five", "six", "several", "many", "both", "no", "his", "her", "its", "their", "my", "our",
    ]
    static let people: Set = [
        "someone", "somebody", "anyone", "anybody", "people", "something", "children", "men", "women", "nobody",
        "nothing",
        "everyone", "everybody",
    ]
    static let pronouns: Set = ["it", "he", "she", "they", "this", "that", "who", "which"]
    static let auxiliaries: Set = [
        "is", "are", "was", "were", "has", "have", "does", "do", "gets", "can", "isn't", "aren't", "doesn't", "don't",
    ]
    /// Plain forms that follow a plural or stand alone after "then".
    static let plainVerbs: Set = [
        "walk", "run", "enter", "leave", "stand", "sit", "climb", "fall", "fight", "drive", "park", "stop", "carry",
        "open",
        "close", "go", "come", "appear", "disappear", "talk", "play", "stay", "wait", "arrive", "cross", "turn", "pass",
        "lie", "jump", "drop", "pick", "take", "bring", "burn", "loiter", "hide", "gather", "meet", "return",
    ]
    private static let numbers: [String: Double] = [
        "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
        "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
        "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
    ]
    private static let units: [String: Double] = [
        "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60,
        "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400,
    ]

    /// The number that a word says; nil for none, and for what is out of bounds.
    static func number(_ word: String) -> Double? {
        if let number = numbers[word] { return number }
        guard let first = word.first, first.isNumber, let value = Double(word), value.isFinite else { return nil }
        return value <= 1e6 ? value : nil
    }

    /// Seconds in a unit of time.
    static func unit(_ word: String) -> Double? { units[word] }

    /// Whether the word can be a verb where a verb may stand.
    static func isVerb(_ word: String) -> Bool {
        if auxiliaries.contains(word) || plainVerbs.contains(word) { return true }
        if word.count > 4, word.hasSuffix("ing"), !["something", "nothing", "building", "clothing"].contains(word) {
            return true
        }
        return word.count > 3 && word.hasSuffix("s") && !["ss", "us", "'s"].contains { word.hasSuffix($0) }
    }

    /// Whether a noun phrase may begin with the word.
    static func beginsPhrase(_ word: String) -> Bool { determiners.contains(word) || people.contains(word) }

    /// Index of the verb after the subject with which `words` begin; nil when none is found.
    static func verb(in words: [String]) -> Int? {
        guard let first = words.first else { return nil }
        // After a determiner or a number stands at least one noun, which may end like a verb ("two dogs").
        let earliest = people.contains(first) || pronouns.contains(first) ? 1 : determiners.contains(first) ? 2 : 1
        return words.indices.first { $0 >= earliest && isVerb(words[$0]) }
    }
}
