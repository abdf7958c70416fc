import CFFmpeg

extension CameraOpening {
    /// Connects, describes, sets the video tracks up and lets the stream begin.
    func openRTSP() throws(IngestError) -> UnsafeMutablePointer<AVFormatContext>? {
        let format = try demuxer("rtsp")
        try checkEncryption(format)
        var context = makeContext()
        var options = rtspOptions.options
        defer { av_dict_free(&options) }
        // Frees the context when it fails.
        let code = avformat_open_input(&context, address.url, format, &options)
        if interrupt.isRaised {
            avformat_close_input(&context)
            return nil
        }
        guard code >= 0, let opened = context else { throw failure(code) }
        do throws(IngestError) {
            _ = try findVideo(in: opened)
            let code = av_read_play(opened)
            if !interrupt.isRaised {
                if code >= 0 { return opened }
                throw failure(code)
            }
        } catch {
            avformat_close_input(&context)
            throw error
        }
        avformat_close_input(&context)
        return nil
    }

    private var rtspOptions: [String: String] {
        let isUDP = configuration.transport == .udp && !address.isEncrypted
        return [
            "rtsp_transport": isUDP ? "udp" : "tcp",
            // Sound would cost bandwidth, and with it libavformat moves times when the first sender report comes.
            "allowed_media_types": "video",
            // PLAY comes once it is known that there is something to play.
            "initial_pause": "1",
            "timeout": socketTimeout,
            "protocol_whitelist": address.isEncrypted ? "tls,tcp" : isUDP ? "rtp,udp,tcp" : "tcp",
            // A key frame's datagrams come in one burst.
            "buffer_size": isUDP ? "1048576" : "-1",
            "tls_verify": configuration.verifyTLS ? "1" : "0",
            "user_agent": "alertd",
        ]
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
}
