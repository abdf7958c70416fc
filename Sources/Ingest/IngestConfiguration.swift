/// How footage is read; the defaults suit recordings.
public struct IngestConfiguration: Sendable, Equatable {
    /// Analysed frames a second of media.
    public var analyseFPS: Double
    /// Pictures are scaled down to fit into this size, seen upright; they are never enlarged.
    public var pictureLimit: PictureSize
    /// Threads that the decoder may use.
    public var decoderThreads: Int
    /// Whether frames that nobody asked for may stay undecoded.
    public var decoding: DecodePolicy
    /// What decodes, if it can; software otherwise.
    public var device: DecodeDevice
    /// Whether frames say how their parts move where every frame is decoded (``Frame/motion``).
    public var tellsMotion = true
    /// Most frames that wait for the consumer …
    public var queuedFrames: Int
    /// … and most bytes of pixels in them.
    public var queuedBytes: Int

    /// A configuration; see the properties.
    public init(
        analyseFPS: Double = 1, pictureLimit: PictureSize = PictureSize(width: 640, height: 640),
        decoderThreads: Int = 2, decoding: DecodePolicy = .sparing,
        device: DecodeDevice = .software, queuedFrames: Int = 8, queuedBytes: Int = 32 << 20
    ) {
        self.analyseFPS = analyseFPS
        self.pictureLimit = pictureLimit
        self.decoderThreads = decoderThreads
        self.decoding = decoding
        self.device = device
        self.queuedFrames = queuedFrames
        self.queuedBytes = queuedBytes
    }

    /// Every impossible value, as a sentence each; empty when all is well.
    public func validate() -> [String] {
        var problems: [String] = []
        if !(analyseFPS > 0 && analyseFPS <= 1000) { problems.append("analysed frames a second must lie in 0–1000") }
        if !(1...8192).contains(pictureLimit.width) || !(1...8192).contains(pictureLimit.height) {
            problems.append("the picture limit must lie in 1–8192 each way")
        }
        if !(1...64).contains(decoderThreads) { problems.append("decoder threads must lie in 1–64") }
        if queuedFrames < 1 || queuedBytes < 1 { problems.append("the queue needs room for a frame") }
        return problems
    }
}
