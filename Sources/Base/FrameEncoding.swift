/// What a vision encoder saw in one analysed frame: the common currency of grounding, anomaly and search.
///
/// A frame is looked at once or several times: look 0 is always there (the scene, or all that moved in it); further
/// looks are crops around single regions. Scores take the best look.
public struct FrameEncoding: Sendable, Equatable {
    /// One view of the frame and its vector.
    public struct Look: Sendable, Equatable {
        /// The part of the picture that was encoded.
        public let box: Box
        /// The encoder's projected vector [D], L2-normalised.
        public let values: [Float]
        /// How what is in `box` moved, by the video's motion vectors; nil where there were none.
        public let velocity: Velocity?

        /// A view of `box` encoded as `values`.
        public init(box: Box, values: [Float], velocity: Velocity? = nil) {
            self.box = box
            self.values = values
            self.velocity = velocity
        }
    }

    /// Presentation time in UTC.
    public let time: WallTime
    /// At least one look; all have the same D.
    public let looks: [Look]

    /// Gathers the looks at one frame; `looks` must not be empty.
    public init(time: WallTime, looks: [Look]) {
        precondition(!looks.isEmpty, "a frame encoding needs a look")
        self.time = time
        self.looks = looks
    }
}
