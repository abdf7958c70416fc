internal import Foundation

/// Reading a score out of a language model's reply.
package enum Rating {
    /// LAVAD's parser: the first `[` digits, optional `.digits`, `]` without spaces, sign, exponent or comma; nil when
    /// there is none. Not clamped: `[7]` is 7.
    package static func strict(_ reply: String) -> Double? {
        firstNumber(in: reply, pattern: #"\[(\d+(?:\.\d+)?)\]"#)
    }

    /// The product's parser: spaces are allowed and a bare number counts, but not one inside a list, so that a repeated
    /// prompt is not read as an answer; clamped to 0…1. nil for anything else.
    package static func lenient(_ reply: String) -> Double? {
        let number = #"(\d*\.?\d+|\d+\.)"#
        let bracketed = firstNumber(in: reply, pattern: #"\[\s*["']?"# + number + #"["']?\s*\]"#)
        let bare = firstNumber(in: reply, pattern: #"(?<![\w.,\-\[])"# + number + #"(?![\w%]|[.,]\d|\s*[,\]])"#)
        return (bracketed ?? bare).map { min(max($0, 0), 1) }
    }

    /// What is kept of a summary: the text after the last line break, which is empty when the reply ends with one.
    package static func lastLine(_ reply: String) -> String {
        reply.lastIndex(of: "\n").map { String(reply[reply.index(after: $0)...]) } ?? reply
    }

    /// Failures (nil) replaced by linear interpolation in the frame number between valid neighbours, the ends held.
    /// Needs the future, so it is for whole recordings only; nil when every reply failed.
    package static func interpolated(frames: [Int], ratings: [Double?]) -> [Double]? {
        precondition(frames.count == ratings.count, "\(frames.count) frames, \(ratings.count) ratings")
        let valid = ratings.indices.filter { ratings[$0] != nil }
        guard let first = valid.first, let last = valid.last else { return nil }
        var right = 0
        return ratings.indices.map { index in
            if let rating = ratings[index] { return rating }
            while right < valid.count - 1, valid[right] < index { right += 1 }
            if index < first { return ratings[first] ?? 0 }
            if index > last { return ratings[last] ?? 0 }
            let (before, after) = (valid[right - 1], valid[right])
            let share = Double(frames[index] - frames[before]) / Double(frames[after] - frames[before])
            let (low, high) = (ratings[before] ?? 0, ratings[after] ?? 0)
            return low + (high - low) * share
        }
    }

    private static func firstNumber(in text: String, pattern: String) -> Double? {
        guard let expression = try? NSRegularExpression(pattern: pattern),
            let match = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)),
            let range = Range(match.range(at: 1), in: text)
        else { return nil }
        return Double(text[range].hasSuffix(".") ? String(text[range].dropLast()) : String(text[range]))
    }
}
