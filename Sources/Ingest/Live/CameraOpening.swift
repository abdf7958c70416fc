import Base
import CFFmpeg
import Glibc

/// What opening a camera's stream needs, and what its failures mean.
struct CameraOpening {
    let address: StreamAddress
    let configuration: StreamConfiguration
    let interrupt: Interrupt
    let sink: LogSink

    /// A container that plays, and the connection below it when libavformat does not own that.
    struct Opened {
        let context: UnsafeMutablePointer<AVFormatContext>
        var input: HTTPInput?
        /// Whether packets carry no times, so that their arrival has to do.
        var lacksTimes = false
    }

    /// Connects and gets the stream playing. Returns nil when someone asked to stop.
    func open() throws(IngestError) -> Opened? {
        if address.isHTTP { return try openHTTP() }
        return try openRTSP().map { Opened(context: $0) }
    }

    /// The first video track; its decoder must exist and be allowed.
    func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>
    ) throws(IngestError) -> UnsafeMutablePointer<AVStream> {
        let streams = Demuxer.streams(of: context)
        let video = streams.first { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
        guard let video else { throw .noVideoTrack(address.location, tracks: "tracks of other kinds only") }
        guard DecoderList.cameras.decoder(of: video.pointee.codecpar.pointee.codec_id) != nil else {
            throw .unsupportedCodec(address.location, codec: Demuxer.codecName(video))
        }
        for stream in streams where stream != video { stream.pointee.discard = AVDISCARD_ALL }
        return video
    }

    /// A container that is not open yet, with this source's log and deadlines.
    func makeContext() -> UnsafeMutablePointer<AVFormatContext>? {
        let context = avformat_alloc_context()
        context?.pointee.opaque = UnsafeMutableRawPointer(sink.pointer)
        context?.pointee.interrupt_callback = interrupt.callback
        // Nothing else is opened, unless a playlist needs it.
        context?.pointee.io_open = { _, _, _, _, _ in ff_error(EACCES) }
        return context
    }

    /// libavformat's demuxer `name`.
    func demuxer(_ name: String) throws(IngestError) -> UnsafePointer<AVInputFormat> {
        guard let format = av_find_input_format(name) else {
            throw .libraryFailure(address.location, step: "find \(name)", reason: "this FFmpeg was built without it")
        }
        return format
    }

    /// Microseconds that a single socket operation may take; the interrupt's deadline holds for whole steps.
    var socketTimeout: String {
        String(Int64(max(configuration.openTimeout, configuration.readTimeout).inSeconds * 1e6))
    }

    /// What libavformat's code of a failed opening means.
    func failure(_ code: Int32) -> IngestError {
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
            return .tlsFailed(
                location, reason: "\(text); check that the camera speaks TLS on this port with a trusted certificate")
        case ff_error_invalid_data where sink.log.lines == 0:
            return .rejected(location, reason: "it hung up, or what answers does not speak \(protocolName)")
        default: return .rejected(location, reason: sink.log.last ?? text)
        }
    }

    private var protocolName: String { address.isHTTP ? "HTTP" : "RTSP" }
}

extension Dictionary<String, String> {
    /// As libav's options; the caller frees them.
    var options: OpaquePointer? {
        var options: OpaquePointer?
        for (name, value) in self { av_dict_set(&options, name, value, 0) }
        return options
    }
}
