/// What was read so far, or in all once the frames have ended.
public struct IngestStatistics: Sendable, Equatable {
    /// Seconds of footage: per run from the first frame's presentation time to the end of the last frame, added up.
    public internal(set) var mediaSeconds = 0.0
    /// Frames that came out of the decoder.
    public internal(set) var framesDecoded = 0
    /// Frames that stayed undecoded because nobody asked for them; their times come from their packets.
    public internal(set) var framesSkipped = 0
    /// Packets of the video track that were read.
    public internal(set) var packets = 0
    /// How the current group of pictures is decoded.
    public internal(set) var decodeMode = DecodeMode.full
    /// What decodes.
    public internal(set) var device = DecodeDevice.software
    /// Why the device that was asked for does not decode; nil when it does.
    public internal(set) var deviceFailure: String?
    /// Seconds from key frame to key frame, the longest of the latest groups; nil before two groups were measured.
    public internal(set) var groupSeconds: Double?
    /// Frames that were sampled, scaled and handed over.
    public internal(set) var framesAnalysed = 0
    /// Unbroken stretches of time; more than one after a discontinuity.
    public internal(set) var runs = 0

    /// Packets that the decoder rejected.
    public internal(set) var rejectedPackets = 0
    /// Frames that the decoder marked as damaged.
    public internal(set) var damagedFrames = 0
    /// Places where the container could not be read on.
    public internal(set) var damagedReads = 0
    /// Sampled frames that could not be turned into a picture.
    public internal(set) var unscalableFrames = 0
    /// Error lines that libav wrote about this source.
    public internal(set) var errorLines = 0
    /// The last of those lines.
    public internal(set) var lastErrorLine: String?

    /// Frames decoded a second time, when key frames alone were tried and one stayed away.
    var repeatedFrames = 0
    /// Frames placed after their predecessor because the container gave no time.
    public internal(set) var derivedTimes = 0
    /// Frames whose time lay a little before their predecessor's and was held there.
    public internal(set) var heldTimes = 0
    /// Sizes of the decoded frames as coded, in order of appearance; at most 16 are kept.
    public internal(set) var decodedSizes: [PictureSize] = []

    /// CPU seconds spent taking the container apart and decoding, on all decoder threads.
    public internal(set) var decodeCPUSeconds = 0.0
    /// CPU seconds spent scaling and turning sampled frames.
    public internal(set) var scaleCPUSeconds = 0.0
    /// Seconds by the clock spent taking the container apart and decoding; waiting for the consumer is not in it.
    public internal(set) var decodeWallSeconds = 0.0
    /// Seconds by the clock spent scaling and turning.
    public internal(set) var scaleWallSeconds = 0.0

    /// Nothing read yet.
    public init() {}

    /// Frames of the recording whose place in time is known, decoded or not.
    public var frames: Int { framesDecoded + framesSkipped }

    /// Damage in all: what decoder and container reported, or the error lines when there are more of those.
    public var errors: Int { max(rejectedPackets + damagedFrames + damagedReads + unscalableFrames, errorLines) }
}
