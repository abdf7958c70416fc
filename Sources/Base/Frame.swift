/// One decoded picture with honest time: what leaves Ingest and enters the pipeline.
public struct Frame: Sendable {
    /// The picture, upright (a display matrix has been applied), at the analysed size.
    public let picture: Picture
    /// Presentation time within the run.
    public let time: MediaTime
    /// Number of the run (unbroken connection) that this frame belongs to, counted per source from 0.
    public let run: Int
    /// Number of this frame among the run's decoded frames, in presentation order, counted from 0.
    public let sequence: Int
    /// Whether the picture was decoded without its decoder reporting damage.
    public let isIntact: Bool
    /// How the parts of the picture move; nil unless every frame is decoded and the decoder tells motion vectors.
    public let motion: MotionField?

    /// Gathers the parts of a frame.
    public init(
        picture: Picture, time: MediaTime, run: Int, sequence: Int, isIntact: Bool, motion: MotionField? = nil
    ) {
        self.picture = picture
        self.time = time
        self.run = run
        self.sequence = sequence
        self.isIntact = isIntact
        self.motion = motion
    }
}
