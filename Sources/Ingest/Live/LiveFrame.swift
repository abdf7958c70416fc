public import Base

/// A camera's frame with the moment it shows.
public struct LiveFrame: Sendable {
    /// Picture, presentation time, run.
    public let frame: Frame
    /// The moment by this machine's clock.
    public let time: WallTime
    /// How the moment is known.
    public let clock: ClockSource
}

/// What a camera sends.
public struct StreamProbe: Sendable, Equatable {
    /// libavcodec's name of the codec (`h264`).
    public let codec: String
    /// Size of the first frame as coded.
    public let size: PictureSize

    package init(codec: String, size: PictureSize) {
        self.codec = codec
        self.size = size
    }
}
