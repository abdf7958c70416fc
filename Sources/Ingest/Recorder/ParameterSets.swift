import CFFmpeg

/// The parameter sets that a stream's description may lack: some cameras send them in the stream alone, and MP4 wants
/// them in front.
enum ParameterSets {
    /// Parameters of the stream of `kept`, a key frame, with the sets that it begins with if there are none yet; nil when
    /// memory is out. To be freed with `avcodec_parameters_free`.
    static func complete(_ kept: KeptPacket) -> UnsafeMutablePointer<AVCodecParameters>? {
        let packet = kept.packet
        var copy = avcodec_parameters_alloc()
        guard let parameters = copy, avcodec_parameters_copy(parameters, kept.stream.pointee.codecpar) >= 0 else {
            avcodec_parameters_free(&copy)
            return nil
        }
        if parameters.pointee.extradata_size == 0 { extract(from: packet, into: parameters) }
        if parameters.pointee.width <= 0 || parameters.pointee.height <= 0 {
            measure(packet, with: kept.decoders, into: parameters)
        }
        return parameters
    }

    /// MP4 says in front how large the pictures are, and decoding times need to know how many are held back; a live stream's
    /// description need not: the key frame is decoded.
    private static func measure(
        _ packet: UnsafePointer<AVPacket>, with decoders: DecoderList,
        into parameters: UnsafeMutablePointer<AVCodecParameters>
    ) {
        guard let codec = decoders.decoder(of: parameters.pointee.codec_id) else { return }
        var context = avcodec_alloc_context3(codec)
        var frame = av_frame_alloc()
        defer {
            av_frame_free(&frame)
            avcodec_free_context(&context)
        }
        guard let decoder = context, let picture = frame, avcodec_parameters_to_context(decoder, parameters) >= 0
        else { return }
        decoder.pointee.thread_count = 1
        guard avcodec_open2(decoder, codec, nil) >= 0, avcodec_send_packet(decoder, packet) >= 0,
            avcodec_send_packet(decoder, nil) >= 0, avcodec_receive_frame(decoder, picture) >= 0
        else { return }
        (parameters.pointee.width, parameters.pointee.height) = (picture.pointee.width, picture.pointee.height)
        parameters.pointee.video_delay = max(parameters.pointee.video_delay, decoder.pointee.has_b_frames)
    }

    /// libavcodec's `extract_extradata` knows the codecs that have such sets; of the others nothing is changed.
    private static func extract(
        from packet: UnsafePointer<AVPacket>, into parameters: UnsafeMutablePointer<AVCodecParameters>
    ) {
        guard let filter = av_bsf_get_by_name("extract_extradata") else { return }
        var context: UnsafeMutablePointer<AVBSFContext>?
        guard av_bsf_alloc(filter, &context) >= 0, let opened = context else { return }
        defer { av_bsf_free(&context) }
        guard avcodec_parameters_copy(opened.pointee.par_in, parameters) >= 0, av_bsf_init(opened) >= 0 else { return }
        var copy = av_packet_clone(packet)
        defer { av_packet_free(&copy) }
        guard let copied = copy, av_bsf_send_packet(opened, copied) >= 0,
            av_bsf_receive_packet(opened, copied) >= 0
        else { return }
        var size = 0
        guard let sets = av_packet_get_side_data(copied, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0,
            let bytes = av_mallocz(size + Int(AV_INPUT_BUFFER_PADDING_SIZE))
        else { return }
        bytes.copyMemory(from: sets, byteCount: size)
        parameters.pointee.extradata = bytes.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = Int32(size)
    }
}
