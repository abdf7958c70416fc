import Base
import CFFmpeg
import Glibc

/// Opens a camera's stream with libavformat and tells the failures apart.
struct RTSPOpening {
    private let address: StreamAddress
    private let configuration: StreamConfiguration
    private let interrupt: Interrupt
    private let sink: LogSink

    init(
        _ address: StreamAddress, _ configuration: StreamConfiguration, _ interrupt: Interrupt, _ sink: LogSink
    ) {
        (self.address, self.configuration, self.interrupt, self.sink) = (address, configuration, interrupt, sink)
    }

    /// Connects, describes and sets the video tracks up. Returns nil when someone asked to stop.
    func open() throws(IngestError) -> UnsafeMutablePointer<AVFormatContext>? {
        guard let format = av_find_input_format("rtsp") else {
            throw .libraryFailure(address.location, step: "find RTSP", reason: "this FFmpeg was built without it")
        }
        try checkEncryption(format)
        var context = avformat_alloc_context()
        context?.pointee.opaque = UnsafeMutableRawPointer(sink.pointer)
        context?.pointee.interrupt_callback = interrupt.callback
        // RTSP takes nothing from other places, so nothing else is opened.
        context?.pointee.io_open = { _, _, _, _, _ in ff_error(EACCES) }
        var options = self.options
        defer { av_dict_free(&options) }
        // Frees the context when it fails.
        let code = avformat_open_input(&context, address.url, format, &options)
        if interrupt.isRaised {
            avformat_close_input(&context)
            return nil
        }
        guard code >= 0, let context else { throw failure(code) }
        return context
    }

    /// Lets the stream begin. Returns false when someone asked to stop.
    func play(_ context: UnsafeMutablePointer<AVFormatContext>) throws(IngestError) -> Bool {
        let code = av_read_play(context)
        if interrupt.isRaised { return false }
        guard code >= 0 else { throw failure(code) }
        return true
    }

    /// The first video track; its decoder must exist.
    func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>
    ) throws(IngestError) -> UnsafeMutablePointer<AVStream> {
        let streams = Demuxer.streams(of: context)
        let video = streams.first { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
        guard let video else { throw .noVideoTrack(address.location, tracks: "tracks of other kinds only") }
        guard avcodec_find_decoder(video.pointee.codecpar.pointee.codec_id) != nil else {
            throw .unsupportedCodec(address.location, codec: Demuxer.codecName(video))
        }
        for stream in streams where stream != video { stream.pointee.discard = AVDISCARD_ALL }
        return video
    }

    private var options: OpaquePointer? {
        let longest = max(configuration.openTimeout, configuration.readTimeout).inSeconds
        let values = [
            "rtsp_transport": "tcp",
            // Sound would cost bandwidth, and with it libavformat moves times when the first sender report comes.
            "allowed_media_types": "video",
            // PLAY comes once it is known that there is something to play.
            "initial_pause": "1",
            // Of single socket operations; the interrupt's deadline holds for whole steps.
            "timeout": String(Int64(longest * 1e6)),
            "protocol_whitelist": address.isEncrypted ? "tls,tcp" : "tcp",
            "tls_verify": configuration.verifyTLS ? "1" : "0",
            "user_agent": "alertd",
        ]
        var options: OpaquePointer?
        for (name, value) in values { av_dict_set(&options, name, value, 0) }
        return options
    }

    /// FFmpeg's RTSP learnt to check certificates late (`tls_verify`). Without it, encryption would only look safe:
    /// whoever sits in between gets the password.
    private func checkEncryption(_ format: UnsafePointer<AVInputFormat>) throws(IngestError) {
        guard address.isEncrypted, configuration.verifyTLS else { return }
        var options = format.pointee.priv_class
        let option = withUnsafeMutablePointer(to: &options) {
            av_opt_find($0, "tls_verify", nil, 0, AV_OPT_SEARCH_FAKE_OBJ)
        }
        if option != nil { return }
        throw .tlsFailed(
            address.location,
            reason: "FFmpeg \(FFmpegLibraries.release) cannot check an RTSP camera's certificate; "
                + "turn the check off for this camera if you trust the network in between")
    }

    private func failure(_ code: Int32) -> IngestError {
        let location = address.location
        let text = FFmpegLibraries.text(of: code)
        if interrupt.isExpired || code == ff_error(ETIMEDOUT) {
            return .timedOut(location, step: .open, limit: configuration.openTimeout)
        }
        switch code {
        case ff_error_unauthorized: return .unauthorized(location)
        case ff_error_not_found: return .notFound(location)
        case ff_error(ECONNREFUSED), ff_error(EHOSTUNREACH), ff_error(ENETUNREACH), ff_error(EADDRNOTAVAIL),
            ff_error(EACCES), ff_error(EPERM), ff_error(ENETDOWN):
            return .unreachable(location, reason: text)
        case _ where address.isEncrypted && sink.log.lines == 0:
            return .tlsFailed(location, reason: "\(text); check that the camera speaks TLS on this port")
        case ff_error_invalid_data where sink.log.lines == 0:
            return .rejected(location, reason: "it hung up, or what answers does not speak RTSP")
        default: return .rejected(location, reason: sink.log.last ?? text)
        }
    }
}
