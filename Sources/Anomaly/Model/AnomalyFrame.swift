public import Base

/// What anomaly scoring is told about one analysed frame.
public struct AnomalyFrame: Sendable {
    /// Time and looks; the first look is the scene.
    public let encoding: FrameEncoding
    /// Mean colourfulness of the picture in 0…255 (``LightMode/chroma(of:)``), if known: infrared has none.
    public let chroma: Double?
    /// Share of patches that a video encoder dropped as unchanged, 0…1, if one ran.
    public let dropRatio: Double?

    /// Gathers what is known.
    public init(encoding: FrameEncoding, chroma: Double? = nil, dropRatio: Double? = nil) {
        self.encoding = encoding
        self.chroma = chroma
        self.dropRatio = dropRatio
    }
}
