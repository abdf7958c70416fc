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
    /// What decodes: what was asked for, unless it cannot.
    private(set) var device = DecodeDevice.software
    /// Why the device that was asked for does not decode; nil when it does.
    private(set) var deviceFailure: String?

    private let context: UnsafeMutablePointer<AVCodecContext>
    private let sink: LogSink

    /// Larger pictures are refused before memory is taken: 8192 × 4352, level 6.2 of H.264 and H.265.
    private static let mostPixels: Int64 = 8192 * 4352

    /// A packet holds fewer pictures than this; a decoder that reports more damage without a frame gets the next packet.
    private static let mostRejections = 64

    /// A decoder for the video track of `source`, working on `threads` threads; on `device` if that can. With `motion` it can
    /// bring motion vectors.
    init(
        _ source: any PacketSource, threads: Int, device: DecodeDevice = .software, motion: Bool = false,
        log: DamageLog, location: RedactedURL
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
        // Some decoders take memory for the vectors when they are opened, or never.
        if motion { context.pointee.export_side_data |= AV_CODEC_EXPORT_DATA_MVS }
        if device != .software {
            do throws(HardwareDevice.Refusal) {
                try HardwareDevice.attach(device, to: context, codec: codec)
                self.device = device
            } catch {
                deviceFailure = "\(device.rawValue): \(error.reason)"
            }
        }
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

    /// Whether frames of the packets sent from now on bring motion vectors, where the decoder has any: not with the codecs
    /// after H.264, and never from a device.
    var tellsMotion: Bool {
        get { context.pointee.export_side_data & AV_CODEC_EXPORT_DATA_MVS != 0 }
        set {
            if newValue, device == .software {
                context.pointee.export_side_data |= AV_CODEC_EXPORT_DATA_MVS
            } else {
                context.pointee.export_side_data &= ~AV_CODEC_EXPORT_DATA_MVS
            }
        }
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
            noteDevice()
            if !isIntact { damagedFrames += 1 }
            return .frame
        }
        return .needsPacket
    }

    /// libavcodec leaves a device without a word when it cannot decode the stream.
    private func noteDevice() {
        guard device != .software, frame.pointee.hw_frames_ctx == nil else { return }
        deviceFailure = "\(device.rawValue): the device cannot decode this stream"
        device = .software
    }

    /// Brings ``frame``, which a device may hold, into this machine's memory. Returns false when that fails.
    func fetch() -> Bool {
        guard frame.pointee.hw_frames_ctx != nil else { return true }
        guard let copy = av_frame_alloc() else { return false }
        defer {
            var copy: UnsafeMutablePointer<AVFrame>? = copy
            av_frame_free(&copy)
        }
        guard av_hwframe_transfer_data(copy, frame, 0) >= 0, av_frame_copy_props(copy, frame) >= 0 else { return false }
        av_frame_unref(frame)
        av_frame_move_ref(frame, copy)
        return true
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
