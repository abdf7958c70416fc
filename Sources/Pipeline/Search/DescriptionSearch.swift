internal import Base
internal import Foundation
internal import Grounding
public import Store
public import VLM

/// Finds what a sentence says in what was written about events: the store filters by camera and time, this ranks what is left.
///
/// The probability that a description gives is how well it fits (`DescriptionFit`) times how far who wrote it can be believed: a
/// template repeats what a standing query was looking for, so as far as that query's event; a model as its usual errors allow.
public struct DescriptionSearch: Sendable {
    private let events: EventStore
    private let encoder: SentenceBERT?

    /// A search in the descriptions of `events`; without an encoder by words alone.
    public init(events: EventStore, encoder: SentenceBERT?) {
        (self.events, self.encoder) = (events, encoder)
    }

    /// Encodes descriptions that have no encoding yet, the latest `limit` of them; how many there were. Nothing without an encoder.
    /// Throws `StoreError`, and `ModelError` for a text that cannot be encoded.
    public func encodeNew(limit: Int) async throws -> Int {
        guard let encoder else { return 0 }
        let texts = try await events.descriptionsToEncode(by: digest, limit: limit)
        guard !texts.isEmpty else { return 0 }
        let vectors = try DescriptionRanking.encode(texts.map(\.description), encoder)
        try await events.keep(Array(zip(texts, vectors)).map { (text: $0, values: $1) }, by: digest)
        return texts.count
    }

    /// The events of `cameras` in `scope` whose description fits `scene`.
    func told(
        _ scene: String, of cameras: [CameraID], in scope: FootageSearch.Scope
    ) async throws -> [FoundSpan.Told] {
        guard !cameras.isEmpty else { return [] }
        let described = try await events.described(
            like: scene, cameras: cameras, since: scope.since, until: scope.until, encoder: digest)
        guard !described.isEmpty else { return [] }
        let fits = try DescriptionFit(scene, described, encoder).fits
        return zip(described, fits).compactMap { event, fit in
            guard fit >= DescriptionFit.least else { return nil }
            let trust = event.isByModel ? DescriptionFit.trustInModels : min(max(event.score, 0), 1)
            return FoundSpan.Told(
                id: event.id, camera: event.camera, during: event.during, probability: fit * trust)
        }
    }

    /// The encoder's digest; empty without one.
    private var digest: [UInt8] {
        let digits = Array((encoder?.digest ?? "").utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
    }
}
