import Base
import CFFmpeg
import Glibc

/// One HTTP connection of our own below a container, and the camera that a playlist's further parts must lie on.
final class HTTPInput {
    let stream: UnsafeMutablePointer<AVIOContext>
    fileprivate let address: StreamAddress
    fileprivate let options: [String: String]

    fileprivate init(
        _ stream: UnsafeMutablePointer<AVIOContext>, _ address: StreamAddress, _ options: [String: String]
    ) {
        (self.stream, self.address, self.options) = (stream, address, options)
    }

    deinit { avio_close(stream) }

    /// What the camera says that it sends, in lower case and without parameters.
    fileprivate var mimeType: String {
        var value: UnsafeMutablePointer<UInt8>?
        defer { av_free(value) }
        guard av_opt_get(stream, "mime_type", AV_OPT_SEARCH_CHILDREN, &value) >= 0, let value else { return "" }
        let text = String(cString: value).lowercased()
        return String(text.prefix { $0 != ";" }.filter { !$0.isWhitespace })
    }
}

/// How pictures come over HTTP.
private enum HTTPForm {
    case motionJPEG, playlist

    init?(mimeType: String) {
        switch mimeType {
        case "multipart/x-mixed-replace", "multipart/mixed": self = .motionJPEG
        case "application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl",
            "application/mpegurl":
            self = .playlist
        default: return nil
        }
    }
}

extension CameraOpening {
    /// Asks for the address and reads what the camera says it is: Motion JPEG (`multipart/x-mixed-replace`) or HLS.
    func openHTTP() throws(IngestError) -> Opened? {
        guard let input = try connect() else { return nil }
        switch HTTPForm(mimeType: input.mimeType) {
        case .motionJPEG: return try open(input, "mpjpeg").map { Opened(context: $0, input: input, lacksTimes: true) }
        case .playlist: return try open(input, "hls").map { Opened(context: $0, input: input) }
        case nil:
            let type = input.mimeType.isEmpty ? "something without a type" : input.mimeType
            throw .rejected(
                address.location, reason: "it sends \(type), not Motion JPEG (multipart/x-mixed-replace) or HLS")
        }
    }

    private func connect() throws(IngestError) -> HTTPInput? {
        var stream: UnsafeMutablePointer<AVIOContext>?
        var callback = interrupt.callback
        let settings = httpOptions
        var options = settings.options
        defer { av_dict_free(&options) }
        let code = avio_open2(&stream, address.url, AVIO_FLAG_READ, &callback, &options)
        if interrupt.isRaised {
            avio_close(stream)
            return nil
        }
        guard code >= 0, let stream else { throw failure(code) }
        return HTTPInput(stream, address, settings)
    }

    private var httpOptions: [String: String] {
        [
            "protocol_whitelist": address.isEncrypted ? "https,tls,tcp" : "http,tcp",
            "rw_timeout": socketTimeout, "tls_verify": configuration.verifyTLS ? "1" : "0", "user_agent": "alertd",
            "seekable": "0", "icy": "0",
        ]
    }

    private func open(
        _ input: HTTPInput, _ name: String
    ) throws(IngestError) -> UnsafeMutablePointer<AVFormatContext>? {
        let format = try demuxer(name)
        var context = makeContext()
        context?.pointee.pb = input.stream
        context?.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        var values = [
            "protocol_whitelist": address.isEncrypted ? "https,tls,tcp" : "http,tcp",
            "format_whitelist": "mpjpeg,hls,mpegts,mov,mp4", "codec_whitelist": DecoderList.cameras.names,
        ]
        if name == "hls" {
            // Connections that are kept open would be opened past our callback.
            values.merge([
                "http_persistent": "0", "http_multiple": "0", "analyzeduration": "2000000", "probesize": "1000000",
            ]) { _, new in new }
            // The input outlives the context, which the connection closes first.
            sink.pointer.pointee.parts = Unmanaged.passUnretained(input).toOpaque()
            context?.pointee.io_open = { context, stream, url, flags, options in
                CameraOpening.openPart(context, stream, url, flags, options)
            }
        }
        var options = values.options
        defer { av_dict_free(&options) }
        var code = avformat_open_input(&context, address.url, format, &options)
        if code >= 0, name == "hls" { code = avformat_find_stream_info(context, nil) }
        if interrupt.isRaised || code < 0 { avformat_close_input(&context) }
        if interrupt.isRaised { return nil }
        guard code >= 0, let context else { throw failure(code) }
        return context
    }

    /// Opens a playlist's segment, or a further playlist: on the camera itself and nowhere else.
    private static func openPart(
        _ context: UnsafeMutablePointer<AVFormatContext>?,
        _ stream: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?, _ url: UnsafePointer<CChar>?,
        _ flags: Int32, _ options: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        guard let context, let stream, let url, flags & AVIO_FLAG_WRITE == 0,
            let parts = context.pointee.opaque?.assumingMemoryBound(to: ff_log_sink.self).pointee.parts
        else { return ff_error(EACCES) }
        let input = Unmanaged<HTTPInput>.fromOpaque(parts).takeUnretainedValue()
        guard input.address.covers(String(cString: url)) else { return ff_error(EACCES) }
        var settings = input.options.options
        defer { av_dict_free(&settings) }
        if let options { av_dict_copy(&settings, options.pointee, 0) }
        for (name, value) in input.options { av_dict_set(&settings, name, value, 0) }
        return avio_open2(stream, url, flags, &context.pointee.interrupt_callback, &settings)
    }
}
