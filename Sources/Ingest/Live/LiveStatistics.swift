public import Base

/// What was read of a camera, over all its connections.
public struct LiveStatistics: Sendable, Equatable {
    /// Connections that delivered frames.
    public private(set) var connections = 0
    /// Runs in them: one a connection, more when the camera's times jump.
    public private(set) var runs = 0
    /// Frames that came out of the decoder.
    public private(set) var framesDecoded = 0
    /// Frames that stayed undecoded because nobody asked for them.
    public private(set) var framesSkipped = 0
    /// How the current connection's frames are decoded, or the last one's were.
    public private(set) var decodeMode = DecodeMode.full
    /// Why the device that was asked for does not decode the current connection's frames; nil when it does.
    public private(set) var deviceFailure: String?
    /// Frames that were sampled, scaled and handed over.
    public private(set) var framesAnalysed = 0
    /// Sampled frames that made room for newer ones.
    public private(set) var framesDropped = 0
    /// Damage, as ``IngestStatistics/errors`` counts it.
    public private(set) var errors = 0
    /// Seconds of footage.
    public private(set) var mediaSeconds = 0.0
    /// CPU seconds for decoding and scaling.
    public private(set) var cpuSeconds = 0.0
    /// The moment of the last frame read.
    public private(set) var lastFrame: WallTime?

    /// Nothing read yet.
    public init() {}

    /// These numbers with those of one more connection.
    func adding(_ source: CameraSource) -> LiveStatistics {
        let more = source.statistics
        var sum = self
        sum.connections += 1
        sum.runs += more.runs
        sum.framesDecoded += more.framesDecoded
        sum.framesSkipped += more.framesSkipped
        (sum.decodeMode, sum.deviceFailure) = (more.decodeMode, more.deviceFailure)
        sum.framesAnalysed += more.framesAnalysed
        sum.framesDropped += source.droppedFrames
        sum.errors += more.errors
        sum.mediaSeconds += more.mediaSeconds
        sum.cpuSeconds += more.decodeCPUSeconds + more.scaleCPUSeconds
        sum.lastFrame = source.lastFrame ?? lastFrame
        return sum
    }
}
