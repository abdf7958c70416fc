internal import Base

/// The query part of an address, decoded and read by type. Every refusal names the parameter.
struct QueryParameters: Sendable {
    /// The largest number that every JSON reader keeps exactly.
    static let largest: Int64 = 9_007_199_254_740_991

    private let values: [String: String]

    /// Reads `text` (what follows the `?`); only `known` names may come, each once.
    init(_ text: Substring?, known: [String]) throws(WebError) {
        var values: [String: String] = [:]
        for pair in (text ?? "").split(separator: "&", omittingEmptySubsequences: true) {
            let equals = pair.firstIndex(of: "=")
            let rawName = equals.map { pair[..<$0] } ?? pair
            let rawValue = equals.map { pair[pair.index(after: $0)...] } ?? ""
            guard let name = PercentCoding.decode(rawName, plusIsSpace: true) else {
                throw .badRequest(parameter: nil, "a parameter's name is not percent-encoded UTF-8")
            }
            guard known.contains(name) else {
                let list = known.isEmpty ? "there are none" : "there are \(known.joined(separator: ", "))"
                throw .badRequest(parameter: String(name.prefix(64)), "this parameter is not known here; \(list)")
            }
            guard let value = PercentCoding.decode(rawValue, plusIsSpace: true) else {
                throw .badRequest(parameter: name, "\(name) is not percent-encoded UTF-8")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badRequest(parameter: name, "\(name) is given twice")
            }
        }
        self.values = values
    }

    /// The text called `name`; nil when it is not given.
    func text(_ name: String) -> String? { values[name] }

    /// A whole number inside `range`; `standard` when it is not given.
    func integer(_ name: String, _ range: ClosedRange<Int64>, else standard: Int64) throws(WebError) -> Int64 {
        try optionalInteger(name, range) ?? standard
    }

    /// A whole number inside `range`, or nil.
    func optionalInteger(_ name: String, _ range: ClosedRange<Int64>) throws(WebError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Self.number(text), range.contains(number) else {
            throw .badRequest(
                parameter: name, "\(name) must be a whole number in \(range.lowerBound)–\(range.upperBound)")
        }
        return number
    }

    /// A decimal number inside `range`, or nil.
    func optionalReal(_ name: String, _ range: ClosedRange<Double>) throws(WebError) -> Double? {
        guard let text = values[name] else { return nil }
        guard let number = Double(text), range.contains(number), text.allSatisfy({ "0123456789.eE+-".contains($0) })
        else {
            throw .badRequest(parameter: name, "\(name) must be a number in \(range.lowerBound)–\(range.upperBound)")
        }
        return number
    }

    /// A moment, or nil.
    func time(_ name: String) throws(WebError) -> WallTime? {
        guard let text = values[name] else { return nil }
        guard let time = Timestamp.read(text) else {
            throw .badRequest(parameter: name, "\(name) must be a time such as 2026-05-01T12:00:00Z (RFC 3339)")
        }
        return time
    }

    /// A camera's or query's name, or nil.
    func name(_ name: String) throws(WebError) -> CameraID? {
        guard let text = values[name] else { return nil }
        guard let id = CameraID(text) else {
            throw .badRequest(
                parameter: name, "\(name) must be 1 to 63 of A-Z a-z 0-9 _ - ., and begin with neither '-' nor '.'")
        }
        return id
    }

    /// One of the words of `allowed`, or nil.
    func word(_ name: String, _ allowed: [String]) throws(WebError) -> String? {
        guard let text = values[name] else { return nil }
        guard allowed.contains(text) else {
            throw .badRequest(parameter: name, "\(name) must be \(allowed.joined(separator: " or "))")
        }
        return text
    }

    /// A sentence, which must be given.
    func sentence(_ name: String) throws(WebError) -> String {
        guard let text = values[name] else { throw .badRequest(parameter: name, "\(name) is missing: the sentence") }
        return try Sentence.checked(text, name)
    }

    /// `text` as digits with at most one sign; nil for anything else.
    static func number(_ text: String) -> Int64? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard (1...19).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}

/// Rules for sentences that come over the network.
enum Sentence {
    /// Characters: what fits, at four bytes each, beside a name in the database's index of events.
    static let longest = 475

    /// `text`, when it is one; names the parameter otherwise.
    static func checked(_ text: String, _ name: String) throws(WebError) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count <= longest else {
            throw .badRequest(parameter: name, "\(name) has more than \(longest) characters")
        }
        guard scalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw .badRequest(parameter: name, "\(name) holds control characters")
        }
        guard scalars.contains(where: { $0.value > 0x20 }) else {
            throw .badRequest(parameter: name, "\(name) is empty")
        }
        return text
    }
}
