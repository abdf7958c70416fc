internal import Base
internal import Foundation
internal import NN
public import VLM

/// Ranks texts about events for a sentence: by their words, by their meaning, and by both.
///
/// The rule for both: the cosine of the two encodings plus ``wordsWeight`` times the cosine of the two word vectors; to this comes
/// ``feedbackWeight`` times the cosine with the mean of the best ``feedback`` texts so far (feedback without a judge; Rocchio 1971), at
/// most a tenth of all. The words lift what shares a rare one; the feedback lifts what is told in the words of this place rather than in
/// those of the question. docs/benchmarks.md says how the three numbers were chosen.
public struct DescriptionRanking: Sendable {
    /// What counts.
    public enum Evidence: String, Sendable, CaseIterable {
        /// TF-IDF over words and pairs of words.
        case words
        /// The cosine of sentence encodings.
        case meaning
        /// Both.
        case both
    }

    /// What the likeness of words counts beside that of meaning.
    public static let wordsWeight: Float = 0.2
    /// Texts whose mean is compared too.
    public static let feedback = 20
    /// What the likeness with that mean counts.
    public static let feedbackWeight: Float = 0.3

    private let words: WordIndex
    private let encodings: [[Float]]
    private let encoder: SentenceBERT?

    /// Ranks `texts`; without an encoder by words alone. Throws `ModelError` for a text that cannot be encoded.
    public init(_ texts: [String], encoder: SentenceBERT?) throws {
        words = WordIndex(texts)
        self.encoder = encoder
        encodings = try encoder.map { encoder in try Self.encode(texts, encoder) } ?? []
    }

    /// Texts → their encodings [N, D], shared by all cores.
    static func encode(_ texts: [String], _ encoder: SentenceBERT) throws -> [[Float]] {
        var found = [Result<[Float], ModelError>?](repeating: nil, count: texts.count)
        let team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        team.lead {
            found.withUnsafeMutableBufferPointer { found in
                let slots = found
                WorkerTeam.share(texts.count) { index in
                    do throws(ModelError) {
                        slots[index] = .success(try encoder.encode(text: texts[index]).values)
                    } catch {
                        slots[index] = .failure(error)
                    }
                }
            }
        }
        var encodings: [[Float]] = []
        for result in found { if let result { encodings.append(try result.get()) } }
        return encodings
    }

    /// How well each text fits `sentence` [N]. Throws `ModelError` for a sentence that cannot be encoded.
    public func scores(_ sentence: String, by evidence: Evidence) throws -> [Float] {
        let byWords = evidence == .meaning ? [] : words.scores(sentence)
        guard evidence != .words, let encoder else { return evidence == .meaning ? words.scores(sentence) : byWords }
        let meaning = cosines(with: try encoder.encode(text: sentence).values)
        guard evidence == .both else { return meaning }
        let first = zip(meaning, byWords).map { $0 + Self.wordsWeight * $1 }
        guard let mean = mean(of: Self.best(first, min(Self.feedback, first.count / 10))) else { return first }
        return zip(first, cosines(with: mean)).map { $0 + Self.feedbackWeight * $1 }
    }

    private func cosines(with query: [Float]) -> [Float] {
        encodings.map { encoding in
            var cosine: Float = 0
            for column in query.indices { cosine += query[column] * encoding[column] }
            return cosine
        }
    }

    /// The mean of some texts' encodings, of length 1; nil of none.
    private func mean(of texts: [Int]) -> [Float]? {
        guard let first = texts.first else { return nil }
        var sum = [Float](repeating: 0, count: encodings[first].count)
        for text in texts { for column in sum.indices { sum[column] += encodings[text][column] } }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? sum.map { $0 / length } : nil
    }

    /// The numbers of the `limit` best texts, best first; of equals the first.
    public static func best(_ scores: [Float], _ limit: Int) -> [Int] {
        Array(scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(limit))
    }
}
