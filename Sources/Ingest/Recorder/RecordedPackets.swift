import Base
import CFFmpeg

/// Hands a camera's packets through and has them kept on the way: one connection serves analysis and recording.
final class RecordedPackets: PacketSource {
    private let source: any PacketSource
    private let clock: HostClock
    private let keeper: any PacketKeeper
    /// The moment of the frame last placed.
    private let lastTime: () -> WallTime?
    private var hasBegun = false

    /// Packets of `source`, kept as `plan` says. `lastTime` gives the moment of the frame that `source` placed last.
    init(_ source: any PacketSource, _ plan: RecordingPlan, clock: HostClock, lastTime: @escaping () -> WallTime?) {
        (self.source, self.clock, self.lastTime) = (source, clock, lastTime)
        keeper =
            switch plan.keeping {
            case .segments(let folder): SegmentWriter(folder: folder, plan)
            case .memory(let ring): RingWriter(ring)
            }
    }

    deinit { keeper.end() }

    var context: UnsafeMutablePointer<AVFormatContext> { source.context }
    var stream: UnsafeMutablePointer<AVStream> { source.stream }
    var timeBase: AVRational { source.timeBase }
    var decoders: DecoderList { source.decoders }

    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading {
        let reading = try source.read(into: packet)
        // libavformat gives the first packet of an RTP stream no time; the others count from it.
        if case .packet = reading, let time = packet.time ?? (hasBegun ? nil : 0) {
            hasBegun = true
            keeper.take(KeptPacket(packet, time: time, of: self), arrival: clock.now().wall)
        }
        return reading
    }

    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError) {
        try source.placed(stamp)
        guard let time = lastTime() else { return }
        keeper.place(ticks: stamp.ticks, at: time)
    }
}

/// A packet on its way to being kept.
struct KeptPacket {
    let packet: UnsafeMutablePointer<AVPacket>
    /// Its presentation time in ticks, else its decoding time.
    let time: Int64
    let stream: UnsafeMutablePointer<AVStream>
    /// What its times count, in seconds.
    let timeBase: AVRational
    /// What may decode it.
    let decoders: DecoderList

    init(_ packet: UnsafeMutablePointer<AVPacket>, time: Int64, of source: any PacketSource) {
        (self.packet, self.time) = (packet, time)
        (stream, timeBase, decoders) = (source.stream, source.timeBase, source.decoders)
    }

    /// Whether decoding can begin with it.
    var isKey: Bool { packet.pointee.flags & AV_PKT_FLAG_KEY != 0 && packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0 }
    /// Seconds a tick.
    var tick: Double { Double(timeBase.num) / Double(max(1, timeBase.den)) }
}

/// What keeps packets. Belongs to the thread that reads them.
protocol PacketKeeper: AnyObject {
    /// The next packet, which arrived at `arrival`.
    func take(_ kept: KeptPacket, arrival: WallTime)
    /// The frame of `ticks` was shown at `time`.
    func place(ticks: Int64, at time: WallTime)
    /// No more packets.
    func end()
}

/// Puts the ticks of one connection on the wall clock, by the frames that were placed on it; before the first, by when
/// packets arrive.
struct TickPlacement {
    private var seconds: Double?
    private var isPlaced = false
    private let tick: Double

    init(tick: Double) { self.tick = tick }

    /// The packet of `ticks` arrived at `time`: the least delay seen is the truest.
    mutating func arrived(ticks: Int64, at time: WallTime) {
        if isPlaced { return }
        let offset = time.inSeconds - Double(ticks) * tick
        seconds = min(seconds ?? offset, offset)
    }

    /// The frame of `ticks` was shown at `time`.
    mutating func place(ticks: Int64, at time: WallTime) {
        (seconds, isPlaced) = (time.inSeconds - Double(ticks) * tick, true)
    }

    /// The moment of `ticks`; nil while nothing is known.
    func time(of ticks: Int64) -> WallTime? {
        seconds.map { WallTime(microseconds: Int64((($0 + Double(ticks) * tick) * 1e6).rounded())) }
    }
}

extension WallTime {
    fileprivate var inSeconds: Double { Double(microseconds) / 1e6 }
}

extension UnsafeMutablePointer<AVPacket> {
    /// Presentation time in ticks, else decoding time; nil when there is neither.
    var time: Int64? {
        let time = pointee.pts == ff_no_time ? pointee.dts : pointee.pts
        return time == ff_no_time ? nil : time
    }
}
