import Base
import CFFmpeg
import Glibc

/// Writes one MP4 file of one video track, packet by packet (ISO/IEC 14496-12). Blocks, and belongs to one thread.
final class MovieWriter {
    /// How the file is laid out.
    enum Form {
        /// Movie fragments, a group of pictures each: what was written before a crash can be read.
        case fragments
        /// One index before the pictures, so that a browser can begin at once and jump.
        case indexed
    }

    /// Where the file is.
    let path: String
    private let location: RedactedURL
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let stream: UnsafeMutablePointer<AVStream>
    private let tick: AVRational
    private var lastDecodingTime = Int64.min
    private var order: DecodingOrder

    /// Makes the file, of mode 0600. `tick` is the unit of the packets' times. Throws `unwritable`, and `libraryFailure`
    /// for a codec that MP4 has no place for.
    init(
        _ path: String, of parameters: UnsafePointer<AVCodecParameters>, tick: AVRational, form: Form
    ) throws(IngestError) {
        FFmpegLibraries.prepare()
        (self.path, self.tick) = (path, tick)
        order = DecodingOrder(delay: Int(parameters.pointee.video_delay))
        location = RedactedURL(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unwritable(location, reason: MediaFile.text(of: errno)) }
        close(descriptor)
        var context: UnsafeMutablePointer<AVFormatContext>?
        let made = avformat_alloc_output_context2(&context, nil, "mp4", "file:" + path)
        guard made >= 0, let context, let stream = avformat_new_stream(context, nil) else {
            avformat_free_context(context)
            throw .libraryFailure(location, step: "begin an MP4 file", reason: FFmpegLibraries.text(of: made))
        }
        (self.context, self.stream) = (context, stream)
        var code = avcodec_parameters_copy(stream.pointee.codecpar, parameters)
        // The tag is the source container's; the muxer has its own.
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = tick
        if code >= 0 { code = avio_open(&context.pointee.pb, "file:" + path, AVIO_FLAG_WRITE) }
        if code >= 0 { code = Self.writeHeader(context, form) }
        guard code >= 0 else {
            let error = failure("begin", code)
            abandon()
            throw error
        }
    }

    deinit { abandon() }

    private static func writeHeader(_ context: UnsafeMutablePointer<AVFormatContext>, _ form: Form) -> Int32 {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        switch form {
        // The index waits for the first fragment, so that it can say where the first picture is shown.
        case .fragments: av_dict_set(&options, "movflags", "+frag_keyframe+delay_moov+default_base_moof", 0)
        case .indexed: av_dict_set(&options, "movflags", "+faststart", 0)
        }
        context.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS | AVFMT_FLAG_BITEXACT
        return avformat_write_header(context, &options)
    }

    /// Writes a packet, whose times count from the file's beginning; negative ones are decoded and not shown. Its contents
    /// stay. Decoding times are made to rise. Throws `unwritable`.
    func append(_ packet: UnsafePointer<AVPacket>) throws(IngestError) {
        guard let context else { return }
        var copy = av_packet_clone(packet)
        guard let copied = copy else { throw failure("write", ff_error(ENOMEM)) }
        defer { av_packet_free(&copy) }
        copied.pointee.stream_index = 0
        var decoded = copied.pointee.dts
        if decoded == ff_no_time { decoded = order.time(of: copied.pointee.pts) }
        if lastDecodingTime != Int64.min, decoded <= lastDecodingTime { decoded = lastDecodingTime + 1 }
        copied.pointee.dts = decoded
        if copied.pointee.pts == ff_no_time || copied.pointee.pts < decoded { copied.pointee.pts = decoded }
        lastDecodingTime = decoded
        av_packet_rescale_ts(copied, tick, stream.pointee.time_base)
        let code = av_write_frame(context, copied)
        guard code >= 0, context.pointee.pb.pointee.error >= 0 else {
            throw failure("write", code < 0 ? code : context.pointee.pb.pointee.error)
        }
    }

    /// Ends the file. Throws `unwritable`; what was written stays.
    func finish() throws(IngestError) {
        guard let context else { return }
        let written = av_write_trailer(context)
        let closed = avio_closep(&context.pointee.pb)
        self.context = nil
        avformat_free_context(context)
        guard written >= 0, closed >= 0 else { throw failure("end", min(written, closed)) }
    }

    private func abandon() {
        guard let context else { return }
        avio_closep(&context.pointee.pb)
        avformat_free_context(context)
        self.context = nil
    }

    private func failure(_ step: String, _ code: Int32) -> IngestError {
        if code == ff_error_invalid_data || code == ff_error(EINVAL) {
            return .libraryFailure(location, step: "\(step) an MP4 file", reason: FFmpegLibraries.text(of: code))
        }
        return .unwritable(location, reason: FFmpegLibraries.text(of: code))
    }
}
