internal import Base
internal import Foundation
internal import Store
internal import VLM

/// How well descriptions fit a sentence, 0…1.
///
/// With a sentence encoder: logistic in the cosine of the encodings plus ``DescriptionRanking/wordsWeight`` times the share of common
/// words. Without one, or for a description that is not encoded yet: the third power of the share of common words, so that nearly all
/// of them must be there.
struct DescriptionFit: Sendable {
    /// What fits less is no evidence.
    static let least = 0.5
    /// How often what a model wrote is so: the bundled one is wrong in about one fact of four, and a sentence has several.
    static let trustInModels = 0.6
    /// The logistic: its slope, and where it gives one half.
    static let (slope, middle) = (12.0, 0.7)

    /// How well each event's description fits.
    let fits: [Double]

    /// Throws `ModelError` for a sentence that cannot be encoded.
    init(_ sentence: String, _ described: [DescribedEvent], _ encoder: SentenceBERT?) throws {
        let query = try encoder?.encode(text: sentence).values
        fits = described.map { event in
            guard let query, let encoding = event.encoding, encoding.count == query.count else {
                return event.words * event.words * event.words
            }
            let cosine = zip(query, encoding).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let likeness = cosine + Double(DescriptionRanking.wordsWeight) * event.words
            return 1 / (1 + exp(-Self.slope * (likeness - Self.middle)))
        }
    }
}
