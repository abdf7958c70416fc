import Base
import CFFmpeg

/// Encodes pictures for a ``MovieWriter``: H.264 by libx264 where libavcodec has it, else MPEG-4 part 2, else Motion JPEG.
final class MovieEncoder {
    /// The unit of its times. MPEG-4 part 2 takes no finer one than 1/65535.
    static let tick = AVRational(num: 1, den: 30_000)

    /// In order of preference.
    private static let codecs = ["libx264", "mpeg4", "mjpeg"]

    /// Size of every picture, even both ways.
    let size: PictureSize
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let frame: UnsafeMutablePointer<AVFrame>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let location: RedactedURL
    private var last = Int64.min

    /// An encoder of pictures of `size`; errors name `location`. Throws `libraryFailure`.
    init(_ size: PictureSize, location: RedactedURL) throws(IngestError) {
        FFmpegLibraries.prepare()
        (self.size, self.location) = (size, location)
        var reason = "no encoder"
        for name in Self.codecs {
            guard let codec = avcodec_find_encoder_by_name(name) else { continue }
            var context = avcodec_alloc_context3(codec)
            guard let opened = context else { continue }
            Self.configure(opened, name, size)
            let code = avcodec_open2(opened, codec, nil)
            guard code >= 0, let packet = av_packet_alloc(), let frame = Self.frame(like: opened) else {
                reason = FFmpegLibraries.text(of: code)
                avcodec_free_context(&context)
                continue
            }
            (self.context, self.frame, self.packet) = (opened, frame, packet)
            return
        }
        throw .libraryFailure(location, step: "encode a clip", reason: reason)
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        avcodec_free_context(&context)
        av_frame_free(&frame)
        av_packet_free(&packet)
    }

    private static func configure(
        _ context: UnsafeMutablePointer<AVCodecContext>, _ name: String, _ size: PictureSize
    ) {
        context.pointee.width = Int32(size.width)
        context.pointee.height = Int32(size.height)
        context.pointee.time_base = tick
        context.pointee.pix_fmt = name == "mjpeg" ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P
        // What ff_frame_from_rgb makes: BT.601 in full range.
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.colorspace = AVCOL_SPC_SMPTE170M
        context.pointee.gop_size = 50
        context.pointee.max_b_frames = 0
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        if name == "libx264" {
            av_opt_set(context.pointee.priv_data, "preset", "superfast", 0)
            av_opt_set(context.pointee.priv_data, "crf", "23", 0)
        } else {
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE
            context.pointee.global_quality = 4 * FF_QP2LAMBDA
        }
    }

    private static func frame(like context: UnsafePointer<AVCodecContext>) -> UnsafeMutablePointer<AVFrame>? {
        var frame = av_frame_alloc()
        guard let made = frame else { return nil }
        made.pointee.width = context.pointee.width
        made.pointee.height = context.pointee.height
        made.pointee.format = context.pointee.pix_fmt.rawValue
        made.pointee.color_range = context.pointee.color_range
        made.pointee.colorspace = context.pointee.colorspace
        made.pointee.quality = context.pointee.global_quality
        guard av_frame_get_buffer(made, 0) >= 0 else {
            av_frame_free(&frame)
            return nil
        }
        return made
    }

    /// A file for what this encoder gives.
    func makeMovie(at path: String) throws(IngestError) -> MovieWriter {
        var parameters = avcodec_parameters_alloc()
        defer { avcodec_parameters_free(&parameters) }
        guard let parameters, avcodec_parameters_from_context(parameters, context) >= 0 else {
            throw .libraryFailure(location, step: "encode a clip", reason: "out of memory")
        }
        return try MovieWriter(path, of: parameters, tick: Self.tick, form: .fragments)
    }

    /// Encodes `picture`, of ``size``, shown `seconds` after the file's beginning, into `movie`. Times must rise.
    func write(_ picture: Picture, at seconds: Double, to movie: MovieWriter) throws(IngestError) {
        let time = max(Int64((seconds / Double(Self.tick.num) * Double(Self.tick.den)).rounded()), last &+ 1)
        last = time
        var code = av_frame_make_writable(frame)
        if code >= 0 {
            code = picture.pixels.withUnsafeBufferPointer { ff_frame_from_rgb(frame, $0.baseAddress) }
        }
        frame.pointee.pts = time
        if code >= 0 { code = avcodec_send_frame(context, frame) }
        guard code >= 0 else { throw failure(code) }
        try drain(to: movie)
    }

    /// Writes what the encoder still holds.
    func finish(_ movie: MovieWriter) throws(IngestError) {
        let code = avcodec_send_frame(context, nil)
        guard code >= 0 else { throw failure(code) }
        try drain(to: movie)
    }

    private func drain(to movie: MovieWriter) throws(IngestError) {
        while true {
            let code = avcodec_receive_packet(context, packet)
            if code == ff_error(EAGAIN) || code == ff_error_eof { return }
            guard code >= 0 else { throw failure(code) }
            defer { av_packet_unref(packet) }
            try movie.append(packet)
        }
    }

    private func failure(_ code: Int32) -> IngestError {
        .libraryFailure(location, step: "encode a clip", reason: FFmpegLibraries.text(of: code))
    }
}
