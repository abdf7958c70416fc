import CFFmpeg

/// The FFmpeg libraries of this process: versions, licence, and where their log lines go.
public enum FFmpegLibraries {
    /// One library as loaded.
    public struct Version: Sendable, Equatable {
        /// `libavformat` and so on.
        public let name: String
        /// `59.27.100`.
        public let version: String
    }

    /// The loaded libraries, outermost first.
    public static var versions: [Version] {
        [
            Version(name: "libavformat", version: dotted(avformat_version())),
            Version(name: "libavcodec", version: dotted(avcodec_version())),
            Version(name: "libavutil", version: dotted(avutil_version())),
            Version(name: "libswscale", version: dotted(swscale_version())),
        ]
    }

    /// FFmpeg's release (`5.1.9-0+deb12u1`).
    public static var release: String { String(cString: av_version_info()) }

    /// The licence under which the loaded build may be used; Debian's is `GPL version 2 or later`.
    public static var licence: String { String(cString: avcodec_license()) }

    /// Codecs that nearly every camera sends and that this build cannot decode, by libav's names; none as a rule.
    public static var missingDecoders: [String] {
        [("h264", AV_CODEC_ID_H264), ("hevc", AV_CODEC_ID_HEVC), ("mjpeg", AV_CODEC_ID_MJPEG)]
            .filter { DecoderList.cameras.decoder(of: $0.1) == nil }.map(\.0)
    }

    /// Makes the process's two settings of libav. Log lines go to the sources they concern (they end in
    /// ``IngestStatistics`` and ``IngestError``) and none to standard error; and no single allocation may exceed
    /// 256 MiB, so that a hostile index of a few bytes cannot take gigabytes. Calling it again changes nothing. A program
    /// calls it at start; opening a source does so too, so that nothing escapes.
    public static func prepare() {
        ff_route_log()
        av_max_alloc(largestAllocation)
    }

    /// An index entry takes 24 bytes: 11 million frames, 124 hours at 25 a second. The largest plane of pixels that the
    /// decoder accepts (8192 × 4352, 16 bits) takes 68 MiB.
    private static let largestAllocation = 256 << 20

    /// libav's text for one of its error codes.
    static func text(of code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress else { return "error \(code)" }
            av_strerror(code, start, buffer.count)
            return String(cString: start)
        }
    }

    private static func dotted(_ version: UInt32) -> String {
        "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }
}
