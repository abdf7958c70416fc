public import Anomaly
internal import Logging
public import Store

/// What anomaly scoring of watched cameras shares.
public struct AnomalyServices: Sendable {
    /// Sentences as the encoder sees them; nil when it knows none.
    public let sentences: SentenceMemory?
    /// Where what is normal is kept between runs.
    public let archive: NormalityArchive
    /// What the cameras tell each other, and the verdicts.
    public let site: SiteBoard
    /// The stored encodings.
    public let stored: EncodingReader

    /// Gathers the services.
    public init(sentences: SentenceMemory?, archive: NormalityArchive, site: SiteBoard, stored: EncodingReader) {
        self.sentences = sentences
        self.archive = archive
        self.site = site
        self.stored = stored
    }

    /// The scoring of a watched camera.
    func scoring(ceilingPerDay: Double, logger: Logger) -> AnomalyScoring {
        AnomalyScoring(
            ceilingPerDay: ceilingPerDay, sentences: sentences, archive: archive, kind: .live, logger: logger)
    }
}
