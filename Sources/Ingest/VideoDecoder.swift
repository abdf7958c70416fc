import Base
import CFFmpeg
import Glibc

/// Turns packets of one track into frames in presentation order.
final class VideoDecoder {
    /// What ``receive()`` found.
    enum Output {
        /// ``frame`` holds the next one.
        case frame
        /// A packet is needed first.
        case needsPacket
        /// Everything has come out.
        case finished
    }

    /// The frame last received.
    let frame: UnsafeMutablePointer<AVFrame>
    /// Packets that the decoder rejected.
    private(set) var rejectedPackets = 0
    /// Frames that came out damaged.
    private(set) var damagedFrames = 0
    /// Frames that came out.
    private(set) var frames = 0

    private let context: UnsafeMutablePointer<AVCodecContext>
    private let sink: LogSink

    /// Larger pictures are refused before memory is taken: 8192 × 4352, level 6.2 of H.264 and H.265.
    private static let mostPixels: Int64 = 8192 * 4352

    /// A packet holds fewer pictures than this; a decoder that reports more damage without a frame gets the next packet.
    private static let mostRejections = 64

    /// A decoder for the video track of `source`, working on `threads` threads.
    init(
        _ source: any PacketSource, threads: Int, log: DamageLog, location: RedactedURL
    ) throws(IngestError) {
        let stream = source.stream
        let parameters = stream.pointee.codecpar
        guard let parameters, let codec = source.decoders.decoder(of: parameters.pointee.codec_id) else {
            throw .unsupportedCodec(location, codec: Demuxer.codecName(stream))
        }
        guard let frame = av_frame_alloc(), let context = avcodec_alloc_context3(codec) else {
            throw .libraryFailure(location, step: "allocate a decoder", reason: "out of memory")
        }
        self.frame = frame
        self.context = context
        sink = LogSink(log)
        context.pointee.opaque = UnsafeMutableRawPointer(sink.pointer)
        let filled = avcodec_parameters_to_context(context, parameters)
        context.pointee.pkt_timebase = source.timeBase
        context.pointee.thread_count = Int32(threads)
        context.pointee.max_pixels = Self.mostPixels
        let opened = filled < 0 ? filled : avcodec_open2(context, codec, nil)
        guard opened >= 0 else {
            throw .libraryFailure(
                location, step: "open the \(String(cString: codec.pointee.name)) decoder",
                reason: log.last ?? FFmpegLibraries.text(of: opened))
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        avcodec_free_context(&context)
        av_frame_free(&frame)
    }

    /// Gives the decoder a packet; nil drains it.
    func send(_ packet: UnsafePointer<AVPacket>?) {
        let code = avcodec_send_packet(context, packet)
        if code < 0, code != ff_error_eof { rejectedPackets += 1 }
    }

    /// Forgets everything sent; the next packet must begin a group.
    func flush() { avcodec_flush_buffers(context) }

    /// Takes the next frame in presentation order.
    func receive() -> Output {
        for _ in 0..<Self.mostRejections {
            let code = avcodec_receive_frame(context, frame)
            if code == ff_error(EAGAIN) { return .needsPacket }
            if code == ff_error_eof { return .finished }
            if code < 0 {
                rejectedPackets += 1
                if code != ff_error_invalid_data { return .needsPacket }
                continue
            }
            frames += 1
            if !isIntact { damagedFrames += 1 }
            return .frame
        }
        return .needsPacket
    }

    /// Whether the decoder reported no damage in ``frame``.
    var isIntact: Bool {
        frame.pointee.decode_error_flags == 0 && frame.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0
    }

    /// The container's presentation time of ``frame`` in ticks, or libavcodec's best guess; nil when there is neither.
    var presentationTime: Int64? {
        let time = frame.pointee.best_effort_timestamp
        return time == ff_no_time ? nil : time
    }

    /// The container's duration of ``frame`` in ticks; 0 when it gives none.
    var duration: Int64 { max(0, ff_frame_duration(frame)) }
}
