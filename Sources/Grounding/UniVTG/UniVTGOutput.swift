/// What ``UniVTG`` says about each of L clips.
public struct UniVTGOutput: Sendable, Equatable {
    /// Probability 0…1 that the clip belongs to what the sentence means.
    public let foreground: [Float]
    /// How far before the clip's anchor the moment begins, as a fraction of the video, −1…0.
    public let before: [Float]
    /// How far after the clip's anchor the moment ends, as a fraction of the video, 0…1.
    public let after: [Float]
    /// Cosine of the clip with the sentence, −1…1.
    public let saliency: [Float]

    /// Gathers the parts, L values each.
    public init(foreground: [Float], before: [Float], after: [Float], saliency: [Float]) {
        self.foreground = foreground
        self.before = before
        self.after = after
        self.saliency = saliency
    }
}
