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
