public import Base

/// What anomaly scoring is told about one analysed frame.
public struct AnomalyFrame: Sendable {
    /// Time and looks; the first look is the scene.
    public let encoding: FrameEncoding
    /// Mean colourfulness of the picture in 0…255 (``LightMode/chroma(of:)``), if known: infrared has none.
    public let chroma: Double?
    /// Share of patches that a video encoder dropped as unchanged, 0…1, if one ran.
    public let dropRatio: Double?

    /// The looks with the scene first and every single thing after it: where only one thing moved the encoder looks at nothing
    /// else, and that look is the scene and the thing in it.
    var looks: [FrameEncoding.Look] {
        let all = encoding.looks
        return all.count == 1 && all[0].box != .whole ? all + all : all
    }

    /// Gathers what is known.
    public init(encoding: FrameEncoding, chroma: Double? = nil, dropRatio: Double? = nil) {
        self.encoding = encoding
        self.chroma = chroma
        self.dropRatio = dropRatio
    }
}
