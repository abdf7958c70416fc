/// How a camera is read.
public struct StreamConfiguration: Sendable, Equatable {
    /// How the packets of an RTSP stream travel.
    public enum Transport: Sendable, Equatable {
        /// Inside the RTSP connection.
        case tcp
        /// As datagrams beside it (RTP over UDP); never for `rtsps`.
        case udp
    }

    /// How the packets travel, where there is a choice.
    public var transport: Transport
    /// Rate, size and queue of the frames; one decoder thread is enough for a live stream.
    public var frames: IngestConfiguration
    /// Most time for looking up the host, connecting, and RTSP's dialogue up to PLAY.
    public var openTimeout: Duration
    /// Most time between two packets of video.
    public var readTimeout: Duration
    /// Most time without a picture while packets come: cameras may send a key frame every 10 s or more.
    public var pictureTimeout: Duration
    /// Whether the camera's certificate is checked (`rtsps` and `https`).
    public var verifyTLS: Bool
    /// When to try again.
    public var backoff: Backoff.Policy

    /// A configuration; see the properties.
    public init(
        transport: Transport = .tcp, frames: IngestConfiguration = IngestConfiguration(decoderThreads: 1),
        openTimeout: Duration = .seconds(10), readTimeout: Duration = .seconds(10),
        pictureTimeout: Duration = .seconds(30), verifyTLS: Bool = true, backoff: Backoff.Policy = Backoff.Policy()
    ) {
        self.transport = transport
        self.frames = frames
        self.openTimeout = openTimeout
        self.readTimeout = readTimeout
        self.pictureTimeout = pictureTimeout
        self.verifyTLS = verifyTLS
        self.backoff = backoff
    }

    /// Every impossible value, as a sentence each; empty when all is well.
    public func validate() -> [String] {
        var problems = frames.validate()
        let timeouts = [
            ("open", openTimeout), ("read", readTimeout), ("picture", pictureTimeout),
        ]
        for (name, value) in timeouts where value < .milliseconds(100) || value > .seconds(3600) {
            problems.append("the \(name) time-out must lie in 0.1–3600 s")
        }
        return problems + backoff.validate()
    }
}
