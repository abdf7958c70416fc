import CFFmpeg

/// Reads from packets what the camera's sender reports say about its clock: libavformat attaches to each packet the UTC
/// of its RTP time by the latest report (`AV_PKT_DATA_PRFT`).
struct ReportReader {
    /// Seconds of UTC less presentation seconds, by the latest report; nil before there is one.
    private(set) var offset: Double?

    private let tick: Double
    /// Whether libavformat puts frames together itself. It then gives a frame away when the next one's first packet comes,
    /// with what is attached to that packet.
    private let isOneLate: Bool
    /// UTC of the packet to come, in microseconds since 1970.
    private var pending: Int64?

    /// A reader for the packets of `stream`, whose times count `tick` seconds.
    init(_ stream: UnsafeMutablePointer<AVStream>, tick: Double) {
        self.tick = tick
        switch stream.pointee.codecpar.pointee.codec_id {
        case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4, AV_CODEC_ID_H263: isOneLate = true
        default: isOneLate = false
        }
    }

    /// Takes note of the next packet in decoding order.
    mutating func note(_ packet: UnsafePointer<AVPacket>) {
        var size = 0
        let data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &size)
        let attached = data.flatMap { data in
            size >= MemoryLayout<AVProducerReferenceTime>.size
                ? UnsafeRawPointer(data).loadUnaligned(as: AVProducerReferenceTime.self).wallclock : nil
        }
        let own = isOneLate ? pending : attached
        pending = attached
        guard let own, packet.pointee.pts != ff_no_time else { return }
        offset = Double(own) / 1e6 - Double(packet.pointee.pts) * tick
    }
}
