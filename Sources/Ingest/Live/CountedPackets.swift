import CFFmpeg

/// Hands a camera's packets through and counts them.
final class CountedPackets: PacketSource {
    /// What was counted.
    private(set) var tally: PacketTally

    private let connection: CameraConnection
    private let clock: HostClock

    init(_ connection: CameraConnection, clock: HostClock) {
        self.connection = connection
        self.clock = clock
        tally = PacketTally(tick: connection.tick)
    }

    var context: UnsafeMutablePointer<AVFormatContext> { connection.context }
    var stream: UnsafeMutablePointer<AVStream> { connection.stream }
    var timeBase: AVRational { connection.timeBase }
    var decoders: DecoderList { connection.decoders }

    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading {
        let reading = try connection.read(into: packet)
        if case .packet = reading {
            let time = packet.pointee.pts == ff_no_time ? packet.pointee.dts : packet.pointee.pts
            tally.note(
                ticks: time == ff_no_time ? nil : time, isKey: packet.pointee.flags & AV_PKT_FLAG_KEY != 0,
                arrival: clock.now().uptime)
        }
        return reading
    }

    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError) { try connection.placed(stamp) }
}
