internal import Foundation

// Letters: N texts.

/// Finds texts by their words: the cosine of TF-IDF vectors over words and pairs of neighbouring words (Salton and Buckley,
/// "Term-weighting approaches in automatic text retrieval", 1988; term frequencies 1 + ln tf, smoothed ln((1 + N) / (1 + df)) + 1).
package struct WordIndex: Sendable {
    /// English words that say nothing of what a text is about.
    private static let silent: Set<String> = [
        "about", "above", "after", "again", "against", "all", "also", "am", "an", "and", "another", "any", "are",
        "around", "as",
        "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could",
        "did", "do",
        "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having",
        "he", "her",
        "here", "hers", "herself", "him", "himself", "his", "how", "if", "in", "into", "is", "it", "its", "itself",
        "just", "me",
        "more", "most", "my", "myself", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or",
        "other",
        "others", "our", "ours", "out", "over", "own", "same", "she", "should", "so", "some", "such", "than", "that",
        "the",
        "their", "theirs", "them", "themselves", "then", "there", "these", "they", "this", "those", "through", "to",
        "together",
        "too", "toward", "towards", "two", "under", "until", "up", "upon", "very", "was", "we", "were", "what", "when",
        "where",
        "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "yours",
    ]

    /// Number of each term.
    private let terms: [String: Int]
    /// The texts that hold each term, with its weight in their vectors of length 1.
    private let postings: [[(text: Int, weight: Float)]]
    private let rarity: [Float]

    /// Number of texts.
    package let count: Int

    /// An index of `texts`.
    package init(_ texts: [String]) {
        count = texts.count
        var terms: [String: Int] = [:]
        var frequencies: [[Int: Int]] = []
        for text in texts {
            var ofText: [Int: Int] = [:]
            for term in Self.terms(of: text) {
                let number = terms[term] ?? terms.count
                terms[term] = number
                ofText[number, default: 0] += 1
            }
            frequencies.append(ofText)
        }
        var documents = [Int](repeating: 0, count: terms.count)
        for ofText in frequencies { for term in ofText.keys { documents[term] += 1 } }
        let size = Double(1 + texts.count)
        let rarity = documents.map { holders in Float(log(size / Double(1 + holders)) + 1) }
        var postings = [[(text: Int, weight: Float)]](repeating: [], count: terms.count)
        for (text, ofText) in frequencies.enumerated() {
            for (term, weight) in Self.vector(ofText, rarity) { postings[term].append((text, weight)) }
        }
        (self.terms, self.postings, self.rarity) = (terms, postings, rarity)
    }

    /// The cosine of each text with `query`, 0…1 [N]; words that no text holds count for nothing.
    package func scores(_ query: String) -> [Float] {
        var frequencies: [Int: Int] = [:]
        for term in Self.terms(of: query) { if let number = terms[term] { frequencies[number, default: 0] += 1 } }
        var scores = [Float](repeating: 0, count: count)
        for (term, weight) in Self.vector(frequencies, rarity).sorted(by: { $0.0 < $1.0 }) {
            for posting in postings[term] { scores[posting.text] += weight * posting.weight }
        }
        return scores
    }

    private static func vector(_ frequencies: [Int: Int], _ rarity: [Float]) -> [(Int, Float)] {
        let raw = frequencies.map { term, count -> (Int, Float) in
            (term, Float(1 + log(Double(count))) * rarity[term])
        }
        let length = raw.map { $0.1 * $0.1 }.sorted().reduce(0, +).squareRoot()
        return length > 0 ? raw.map { ($0.0, $0.1 / length) } : []
    }

    /// Words of two letters and more in lower case, and pairs of them, the silent ones left out.
    private static func terms(of text: String) -> [String] {
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
            .filter { $0.count > 1 && !silent.contains($0) }
        return words + zip(words, words.dropFirst()).map { $0 + " " + $1 }
    }
}
