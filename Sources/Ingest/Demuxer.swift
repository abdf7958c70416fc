import Base
import CFFmpeg
import Glibc

/// Takes a container apart: finds its video track and hands out that track's packets in decoding order.
final class Demuxer: PacketSource {
    let stream: UnsafeMutablePointer<AVStream>
    /// What the container says about itself.
    let probe: MediaProbe
    let context: UnsafeMutablePointer<AVFormatContext>

    private let input: FileInput
    private let file: MediaFile
    private let interrupt: Interrupt
    private let sink: LogSink

    /// Opens the container in `file`, which is libavformat's `format` if that is given. Throws what ``IngestError`` lists
    /// for contents.
    init(
        _ file: MediaFile, as format: String? = nil, interrupt: Interrupt, log: DamageLog
    ) throws(IngestError) {
        self.file = file
        self.interrupt = interrupt
        sink = LogSink(log)
        input = try FileInput(file, interrupt: interrupt)
        let stated = format.flatMap { av_find_input_format($0) }
        let found = if let stated { stated } else { try Self.probeFormat(input, file) }
        context = try Self.open(found, input, file, interrupt, sink)
        do throws(IngestError) {
            let stream = try Self.findVideo(in: context, of: file)
            probe = MediaProbe(context, stream, fileSize: file.size)
            self.stream = stream
        } catch {
            Self.close(context)
            throw error
        }
    }

    deinit { Self.close(context) }

    /// Reads the video track's next packet into `packet`. Throws `unreadable` when the operating system fails and
    /// `encrypted` when the packet's bytes are.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading {
        while !interrupt.isRaised {
            av_packet_unref(packet)
            let code = av_read_frame(context, packet)
            if input.failure != 0 { throw .unreadable(file.location, reason: MediaFile.text(of: input.failure)) }
            if code == ff_error_eof || code == ff_error_exit { return .end }
            if code < 0 { return .damaged }
            guard packet.pointee.stream_index == stream.pointee.index else { continue }
            if av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil {
                throw .encrypted(file.location)
            }
            return .packet
        }
        return .end
    }

    private static func close(_ context: UnsafeMutablePointer<AVFormatContext>) {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }
}

extension Demuxer {
    /// Finds the format by content alone: a name that ends in `.mp4` would make libavformat take text for a film.
    private static func probeFormat(
        _ input: FileInput, _ file: MediaFile
    ) throws(IngestError) -> UnsafePointer<AVInputFormat> {
        var format: UnsafePointer<AVInputFormat>?
        let code = av_probe_input_buffer2(input.context, &format, "", nil, 0, 0)
        if input.failure != 0 { throw .unreadable(file.location, reason: MediaFile.text(of: input.failure)) }
        guard code >= 0, let format else { throw .notMedia(file.location) }
        let name = String(cString: format.pointee.name)
        switch ContainerFormat.verdict(on: name) {
        case .video: return format
        case .audio: throw .noVideoTrack(file.location, tracks: "a sound file, \(name)")
        case .refused: throw .refusedFormat(file.location, format: name)
        case .unknown: throw .notMedia(file.location)
        }
    }

    private static func open(
        _ format: UnsafePointer<AVInputFormat>, _ input: FileInput, _ file: MediaFile, _ interrupt: Interrupt,
        _ sink: LogSink
    ) throws(IngestError) -> UnsafeMutablePointer<AVFormatContext> {
        var context = avformat_alloc_context()
        context?.pointee.pb = input.context
        context?.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        context?.pointee.opaque = UnsafeMutableRawPointer(sink.pointer)
        context?.pointee.interrupt_callback = interrupt.callback
        // Nothing but our descriptor is ever read: no second file, no network, no external track.
        context?.pointee.io_open = { _, _, _, _, _ in ff_error(EACCES) }
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        av_dict_set(&options, "enable_drefs", "0", 0)
        av_dict_set(&options, "codec_whitelist", DecoderList.recordings.names, 0)
        defer { av_dict_free(&options) }
        let code = avformat_open_input(&context, "", format, &options)
        guard code >= 0, let context else {
            throw openingError(code, String(cString: format.pointee.name), input, file, sink)
        }
        let found = avformat_find_stream_info(context, nil)
        if found < 0 {
            close(context)
            throw openingError(found, String(cString: format.pointee.name), input, file, sink)
        }
        return context
    }

    private static func openingError(
        _ code: Int32, _ format: String, _ input: FileInput, _ file: MediaFile, _ sink: LogSink
    ) -> IngestError {
        if input.failure != 0 { return .unreadable(file.location, reason: MediaFile.text(of: input.failure)) }
        if format.hasPrefix("mov"), MovieBoxes.lacksIndex(file) { return .missingIndex(file.location) }
        return .damagedContainer(file.location, format: format, reason: sink.log.last ?? FFmpegLibraries.text(of: code))
    }

    /// Chooses the video track as libavformat's players do and lets the demuxer drop all others.
    private static func findVideo(
        in context: UnsafeMutablePointer<AVFormatContext>, of file: MediaFile
    ) throws(IngestError) -> UnsafeMutablePointer<AVStream> {
        let streams = streams(of: context)
        let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        let preferred = streams.indices.contains(Int(best)) ? [streams[Int(best)]] : []
        guard let chosen = (preferred + streams).first(where: isMovingPicture) else {
            throw .noVideoTrack(file.location, tracks: trackList(streams))
        }
        if isEncrypted(chosen) { throw .encrypted(file.location) }
        guard DecoderList.recordings.decoder(of: chosen.pointee.codecpar.pointee.codec_id) != nil else {
            throw .unsupportedCodec(file.location, codec: codecName(chosen))
        }
        for stream in streams where stream != chosen { stream.pointee.discard = AVDISCARD_ALL }
        return chosen
    }

    private static func isMovingPicture(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        let still = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS
        return stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
            && stream.pointee.disposition & still == 0
    }

    /// The tracks of an open container.
    static func streams(of context: UnsafeMutablePointer<AVFormatContext>) -> [UnsafeMutablePointer<AVStream>] {
        (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
    }

    private static func isEncrypted(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.codecpar.pointee.codec_tag == fourCC("encv")
            || ff_stream_side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nil) != nil
    }

    private static func fourCC(_ text: String) -> UInt32 { text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    /// The name of a track's codec, or its four-character code.
    static func codecName(_ stream: UnsafeMutablePointer<AVStream>) -> String {
        let parameters = stream.pointee.codecpar.pointee
        if parameters.codec_id != AV_CODEC_ID_NONE { return String(cString: avcodec_get_name(parameters.codec_id)) }
        let tag = (0..<4).map { UInt8(truncatingIfNeeded: parameters.codec_tag >> ($0 * 8)) }
        let isPrintable = tag.allSatisfy { (0x20..<0x7f).contains($0) }
        return isPrintable ? "codec \(String(decoding: tag, as: UTF8.self))" : "an unknown codec"
    }

    /// The kinds of tracks that there are, for a message.
    static func trackList(_ streams: [UnsafeMutablePointer<AVStream>]) -> String {
        let kinds = streams.prefix(8).map { stream in
            av_get_media_type_string(stream.pointee.codecpar.pointee.codec_type).map { String(cString: $0) } ?? "data"
        }
        return kinds.isEmpty ? "no tracks at all" : "tracks: " + kinds.joined(separator: ", ")
    }
}
