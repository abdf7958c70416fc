import Base
import CFFmpeg

/// Groups of pictures from memory as a source of packets: those of one stream, their times counted from the first group's
/// beginning.
final class GroupSource: PacketSource {
    let context: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>

    private let groups: [CodedGroup]
    private var (group, place) = (0, 0)

    /// Packets of `groups`, which are not empty and all of one stream. Throws `libraryFailure` without memory.
    init(_ groups: [CodedGroup], at location: RedactedURL) throws(IngestError) {
        func failure() -> IngestError { .libraryFailure(location, step: "decode a clip", reason: "out of memory") }
        self.groups = groups
        guard let coded = groups.first?.stream, let context = avformat_alloc_context() else { throw failure() }
        guard let stream = avformat_new_stream(context, nil), Self.describe(stream, coded) else {
            avformat_free_context(context)
            throw failure()
        }
        (self.context, self.stream) = (context, stream)
    }

    deinit { avformat_free_context(context) }

    private static func describe(_ stream: UnsafeMutablePointer<AVStream>, _ coded: CodedStream) -> Bool {
        guard let parameters = stream.pointee.codecpar else { return false }
        stream.pointee.time_base = AVRational(num: coded.tick.0, den: coded.tick.1)
        parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointee.codec_id = AVCodecID(rawValue: coded.codec)
        (parameters.pointee.width, parameters.pointee.height) = (coded.width, coded.height)
        if coded.extradata.isEmpty { return true }
        let padding = Int(AV_INPUT_BUFFER_PADDING_SIZE)
        guard let bytes = av_mallocz(coded.extradata.count + padding) else { return false }
        bytes.copyMemory(from: coded.extradata, byteCount: coded.extradata.count)
        parameters.pointee.extradata = bytes.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = Int32(coded.extradata.count)
        return true
    }

    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading {
        av_packet_unref(packet)
        while group < groups.count, place >= groups[group].packets.count { (group, place) = (group + 1, 0) }
        guard group < groups.count else { return .end }
        let coded = groups[group].packets[place]
        guard av_new_packet(packet, Int32(coded.bytes.count)) >= 0, let data = packet.pointee.data else {
            return .damaged
        }
        data.update(from: coded.bytes, count: coded.bytes.count)
        let offset = offset(of: groups[group])
        packet.pointee.pts = coded.presented + offset
        packet.pointee.dts = coded.decoded.map { $0 + offset } ?? ff_no_time
        if place == 0 { packet.pointee.flags |= AV_PKT_FLAG_KEY }
        place += 1
        return .packet
    }

    /// Ticks from the first group's beginning to that of `group`.
    private func offset(of group: CodedGroup) -> Int64 {
        let seconds = group.during.start.seconds(since: groups[0].during.start)
        return Int64((seconds / tick).rounded())
    }
}
