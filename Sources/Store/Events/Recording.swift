public import Base

/// A file that was analysed from beginning to end.
public struct Recording: Sendable, Equatable {
    /// The camera it belongs to.
    public let camera: CameraID
    /// Digest of the file's bytes, 16–64 bytes (SHA-256: 32).
    public let digest: [UInt8]
    /// Digest of the encoder that looked at it.
    public let encoder: [UInt8]
    /// When its first frame was recorded.
    public let start: WallTime
    /// Length of the footage in seconds.
    public let duration: Double
    /// Frames analysed per second of footage.
    public let analysedFPS: Double
    /// Query texts that were looked for.
    public let queries: [String]

    /// Gathers the parts of a recording.
    public init(
        camera: CameraID, digest: [UInt8], encoder: [UInt8], start: WallTime, duration: Double, analysedFPS: Double,
        queries: [String]
    ) {
        self.camera = camera
        self.digest = digest
        self.encoder = encoder
        self.start = start
        self.duration = duration
        self.analysedFPS = analysedFPS
        self.queries = queries
    }
}

/// What finishing a recording did.
public enum RecordingOutcome: Sendable, Equatable {
    /// It was written, with what each event became, in the order given.
    case written([EventOutcome])
    /// Another ingest of the same recording was committed before; nothing was written.
    case alreadyKnown
}
