internal import Foundation

/// Reads an English sentence by rule into a ``Condition``.
///
/// Words that join ("then", "while", "before" …) split the sentence into clauses, loosest first; what a clause says about
/// time, number and absence becomes a condition; the rest is a scene for the encoder. Whatever could not be enforced is
/// refused, never handed to the encoder as if it were a picture.
struct QueryReader {
    /// Longest sentence, in words.
    static let mostWords = 60
    private static let joints: Set = ["then", "while", "before", "after", "without", "or", "within", "when", "during"]

    let text: String
    /// Words in lower case; a comma or semicolon stands alone as ",".
    var words: [String]

    init(_ text: String) throws(GroundingError) {
        self.text = text
        let plain = text.lowercased().replacing("’", with: "'").replacing("“", with: "").replacing("”", with: "")
            .replacing("\"", with: "")
        words = plain.replacing(",", with: " , ").replacing(";", with: " , ").split(whereSeparator: \.isWhitespace)
            .map { Self.withoutStop(String($0)) }.filter { !$0.isEmpty }
        guard words.contains(where: { $0.contains(where: \.isLetter) }) else { throw refusal("it holds no word") }
        guard words.count <= Self.mostWords else {
            throw refusal("it has \(words.count) words, \(Self.mostWords) at most; say it more shortly")
        }
        try refuseWhatCannotBeSeen()
    }

    /// The condition of what is left of the words.
    func condition() throws(GroundingError) -> Condition { try joined(trimmed(words), subject: nil, depth: 0) }

    func refusal(_ problem: String) -> GroundingError { .refusedQuery(text: text, problem: problem) }

    // MARK: joining words, loosest first

    private func joined(_ words: [String], subject: [String]?, depth: Int) throws(GroundingError) -> Condition {
        guard !words.isEmpty else { throw refusal("something is missing before or after a joining word") }
        guard depth < 12 else { throw refusal("it joins too many conditions; make several queries of it") }
        if let condition = try leading(words, depth: depth) { return condition }
        if let (left, right) = split(words, ["or"]), isClause(left), isClause(right) {
            return .either(
                try joined(left, subject: nil, depth: depth + 1),
                try joined(right, subject: self.subject(of: left), depth: depth + 1))
        }
        if let condition = try sequence(words, subject: subject, depth: depth) { return condition }
        if let condition = try simultaneous(words, subject: subject, depth: depth) { return condition }
        return try clause(words, subject: subject)
    }

    /// "After A, B", "before A, B", "while A, B".
    private func leading(_ words: [String], depth: Int) throws(GroundingError) -> Condition? {
        guard let first = words.first, ["after", "before", "while", "when", "once"].contains(first) else { return nil }
        guard let comma = words.firstIndex(of: ",") else {
            throw refusal(
                "put a comma after what follows \"\(first)\", as in \"\(first) a car stops, a person gets out\"")
        }
        let one = trimmed(Array(words[1..<comma]))
        let other = trimmed(Array(words[(comma + 1)...]))
        let inner = try joined(one, subject: nil, depth: depth + 1)
        let outer = try joined(other, subject: subject(of: one), depth: depth + 1)
        switch first {
        case "before": return .sequence([outer, inner], within: nil)
        case "after", "once": return .sequence([inner, outer], within: nil)
        default: return .both(outer, inner)
        }
    }

    private func sequence(
        _ all: [String], subject: [String]?, depth: Int
    ) throws(GroundingError) -> Condition? {
        var words = all
        let within = try takeLimit(&words)
        var condition: Condition?
        let joints = [
            ["and", "then"], ["followed", "by"], ["and", "afterwards"], ["and", "after", "that"], ["after", "that"],
            ["afterwards"], ["then"],
        ]
        if let parts = splitAll(words, joints) {
            var conditions: [Condition] = []
            var known = subject
            for part in parts {
                conditions.append(try joined(part, subject: known, depth: depth + 1))
                known = self.subject(of: part) ?? known
            }
            condition = .sequence(conditions, within: within)
        } else if let (left, right, joint) = try timeJoint(words) {
            let known = self.subject(of: left) ?? subject
            let one = try joined(left, subject: subject, depth: depth + 1)
            let other = try joined(right, subject: known, depth: depth + 1)
            condition = .sequence(joint == "before" ? [one, other] : [other, one], within: within)
        }
        if condition == nil, let within {
            let inner = try joined(words, subject: subject, depth: depth + 1)
            guard case .repeated(let scene, let times, nil) = inner else {
                throw refusal("\"within\" needs two things in order, or something that happens several times")
            }
            condition = .repeated(scene, times: times, within: within)
        }
        return condition
    }

    /// "A before B" and "A after B", where they speak of time.
    private func timeJoint(_ words: [String]) throws(GroundingError) -> ([String], [String], String)? {
        for joint in ["before", "after"] {
            guard let (left, right) = split(words, [joint]) else { continue }
            let isChase =
                joint == "after" && ["run", "look", "chas", "go"].contains { left.last?.hasPrefix($0) == true }
            if isClause(right) || right.first.map(QueryWords.isVerb) == true { return (left, right, joint) }
            if isChase { return nil }
            throw refusal(
                "\"\(joint) \(right.joined(separator: " "))\" may mean a time or a place; write \"…, then …\" for a time"
            )
        }
        return nil
    }

    private func simultaneous(
        _ words: [String], subject: [String]?, depth: Int
    ) throws(GroundingError) -> Condition? {
        let joints = [
            ["and", "at", "the", "same", "time"], ["at", "the", "same", "time", "as"], ["while"], ["whilst"],
            ["during"],
            ["when"],
        ]
        for joint in joints {
            guard let (left, right) = split(words, joint) else { continue }
            let known = self.subject(of: left) ?? subject
            return .both(
                try joined(left, subject: subject, depth: depth + 1),
                try joined(right, subject: known, depth: depth + 1))
        }
        for joint in [
            ["and", "no", "one"], ["but", "no", "one"], ["and", "nobody"], ["but", "nobody"], ["but", "no"],
        ] {
            guard let (left, right) = split(words, joint) else { continue }
            return .both(
                try joined(left, subject: subject, depth: depth + 1),
                try clause(Array(joint.dropFirst()) + right, subject: nil))
        }
        for joint in [["without"], ["with", "no"]] {
            guard let (left, right) = split(words, joint) else { continue }
            // The limits of a clause stand at its end: "a car without lights for 5 minutes".
            return try limited(left: left, right: right, subject: subject, depth: depth)
        }
        return nil
    }

    private func limited(
        left: [String], right: [String], subject: [String]?, depth: Int
    ) throws(GroundingError) -> Condition {
        var right = right
        let limits = try takeLimits(&right)
        let holder = self.subject(of: left) ?? (isClause(left) ? subject : left)
        guard let first = right.first else { throw refusal("say what is missing after \"without\"") }
        let isDoing = first.hasSuffix("ing") && QueryWords.isVerb(first)
        let isPerson = ["anyone", "anybody"].contains(first)
        let thing = isPerson ? ["a", "person"] + right.dropFirst() : first == "any" ? Array(right.dropFirst()) : right
        let absent = (holder ?? []) + (isDoing || holder == nil || isPerson ? [] : ["with"]) + thing
        let condition = Condition.without(
            try joined(left, subject: subject, depth: depth + 1),
            .scene((isPerson ? thing : absent).joined(separator: " ")))
        return limits.apply(to: condition)
    }

    // MARK: a single clause

    private func clause(_ all: [String], subject: [String]?) throws(GroundingError) -> Condition {
        var words = all
        let limits = try takeLimits(&words)
        guard !words.isEmpty else { throw refusal("it says how long or how often, but not what") }
        return limits.apply(to: try negated(withSubject(words, subject)))
    }

    private func negated(_ words: [String]) throws(GroundingError) -> Condition {
        var words = words
        if words.first == "there", words.count > 2, ["is", "are", "isn't", "aren't"].contains(words[1]) {
            words = (words[1].hasSuffix("n't") ? ["no"] : []) + words.dropFirst(2)
            if words.starts(with: ["no", "any"]) { words.remove(at: 1) }
        }
        for (negation, thing) in [
            (["no", "one"], ["a", "person"]), (["no-one"], ["a", "person"]), (["nobody"], ["a", "person"]),
            (["nothing"], ["something"]), (["none", "of"], []), (["no"], ["a"]),
        ] where words.starts(with: negation) {
            let rest = Array(words.dropFirst(negation.count))
            let isPlural = rest.first.map { $0.hasSuffix("s") || QueryWords.people.contains($0) } == true
            return .absence(try scene((negation == ["no"] && isPlural ? [] : thing) + rest))
        }
        guard let place = words.firstIndex(where: { $0 == "not" || $0.hasSuffix("n't") }) else {
            return try scene(words)
        }
        return try denied(words, at: place)
    }

    /// "A person is not wearing a helmet": the person is there, and "a person is wearing a helmet" does not hold.
    private func denied(_ words: [String], at place: Int) throws(GroundingError) -> Condition {
        let isContracted = words[place] != "not"
        let before = Array(words[..<place]) + (isContracted ? [String(words[place].dropLast(3))] : [])
        let after = Array(words[(place + 1)...])
        guard let auxiliary = before.last, QueryWords.auxiliaries.contains(auxiliary), before.count > 1, !after.isEmpty
        else { throw refusal("it is not clear what \"\(words[place])\" denies; write \"without …\" or \"no …\"") }
        let holder = Array(before.dropLast())
        let isEmphasis = ["do", "does"].contains(auxiliary)
        return .without(try scene(holder), try scene(holder + (isEmphasis ? [] : [auxiliary]) + after))
    }

    private func scene(_ words: [String]) throws(GroundingError) -> Condition {
        let kept = trimmed(words)
        guard kept.contains(where: { $0.contains(where: \.isLetter) }), kept != ["a"] else {
            throw refusal("it does not say what should be seen")
        }
        for word in [kept.first, kept.last].compactMap(\.self) where Self.joints.contains(word) {
            throw refusal("something is missing beside \"\(word)\"")
        }
        if let word = kept.first(where: { ["not", "nobody", "without", "never"].contains($0) || $0.hasSuffix("n't") }) {
            throw refusal("it is not clear what \"\(word)\" denies; make several queries of it")
        }
        return .scene(kept.joined(separator: " ").replacing(" ,", with: ","))
    }

    // MARK: words

    /// "then leaves" speaks of who came before, and so does "then it leaves".
    private func withSubject(_ words: [String], _ subject: [String]?) -> [String] {
        guard let subject, let first = words.first else { return words }
        if QueryWords.pronouns.contains(first), words.count > 1, QueryWords.isVerb(words[1]) {
            return subject + words.dropFirst()
        }
        let isElided = !QueryWords.beginsPhrase(first) && QueryWords.isVerb(first)
        return isElided ? subject + words : words
    }

    private func subject(of words: [String]) -> [String]? {
        guard let verb = QueryWords.verb(in: words), words.first.map({ !QueryWords.pronouns.contains($0) }) == true
        else {
            return nil
        }
        return ["nobody", "no"].contains(words[0]) ? nil : Array(words[..<verb])
    }

    private func isClause(_ words: [String]) -> Bool { QueryWords.verb(in: words) != nil }

    private func split(_ words: [String], _ joint: [String]) -> ([String], [String])? {
        guard words.count > joint.count + 1 else { return nil }
        for start in 1..<(words.count - joint.count) where Array(words[start..<start + joint.count]) == joint {
            let (left, right) = (trimmed(Array(words[..<start])), trimmed(Array(words[(start + joint.count)...])))
            if !left.isEmpty, !right.isEmpty { return (left, right) }
        }
        return nil
    }

    private func splitAll(_ words: [String], _ joints: [[String]]) -> [[String]]? {
        var (parts, rest) = ([[String]](), words)
        while let (left, right) = joints.compactMap({ split(rest, $0) }).min(by: { $0.0.count < $1.0.count }) {
            parts.append(left)
            rest = right
        }
        return parts.isEmpty ? nil : parts + [rest]
    }

    func trimmed(_ words: [String]) -> [String] {
        var words = words[...]
        while let first = words.first, [",", "and", "first", "then"].contains(first) { words = words.dropFirst() }
        while let last = words.last, [",", "and"].contains(last) { words = words.dropLast() }
        return Array(words)
    }

    private static func withoutStop(_ word: String) -> String {
        word.hasSuffix("p.m.") || word.hasSuffix("a.m.")
            ? word.replacing(".", with: "") : String(word.trimmingSuffix(while: { ".!?:".contains($0) }))
    }
}

extension String {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isDropped(last) { rest = rest.dropLast() }
        return rest
    }
}
