public import Base
import CFFmpeg

/// The last groups of pictures of a stream, in memory and bounded: what a clip that began a while ago is made of.
public final class PacketRing: Sendable {
    private struct State {
        var groups: [CodedGroup] = []
        var bytes = 0
        var next = 0
    }

    private let state = Locked(State())
    private let seconds: Double
    private let byteLimit: Int

    /// Keeps the last `seconds`, and at most `byteLimit` bytes; the oldest groups give way.
    public init(seconds: Double, byteLimit: Int = 64 << 20) { (self.seconds, self.byteLimit) = (seconds, byteLimit) }

    /// The whole groups that show something of one of `spans`, oldest first.
    public func groups(in spans: [TimeSpan]) -> [CodedGroup] {
        state.withLock { state in state.groups.filter { group in spans.contains { $0.overlaps(group.during) } } }
    }

    /// The end of the newest whole group.
    public var newest: WallTime? { state.withLock { $0.groups.last?.during.end } }

    /// The number of the oldest group that is still there.
    public var oldestNumber: Int? { state.withLock { $0.groups.first?.number } }

    /// Takes in a group that has ended.
    func append(_ packets: [CodedGroup.Packet], of stream: CodedStream, during span: TimeSpan) {
        state.withLock { state in
            let group = CodedGroup(number: state.next, during: span, stream: stream, packets: packets)
            state.next += 1
            state.groups.append(group)
            state.bytes += group.bytes
            while state.groups.count > 1, let first = state.groups.first,
                state.bytes > byteLimit || span.end.seconds(since: first.during.end) > seconds
            {
                state.groups.removeFirst()
                state.bytes -= first.bytes
            }
        }
    }
}

/// A group of pictures as it came: decoding can begin with its first packet.
public struct CodedGroup: Sendable {
    /// One packet.
    struct Packet: Sendable {
        let bytes: [UInt8]
        /// Ticks from the group's first picture.
        let presented: Int64
        let decoded: Int64?
    }

    /// Counts the groups of a ring, whatever connection they came by.
    public let number: Int
    /// `[start, end)` of its pictures.
    public let during: TimeSpan
    let stream: CodedStream
    let packets: [Packet]

    var bytes: Int { packets.reduce(0) { $0 + $1.bytes.count } }
}

/// What a decoder has to know of a stream.
struct CodedStream: Sendable, Equatable {
    let codec: UInt32
    let extradata: [UInt8]
    let width: Int32
    let height: Int32
    let tick: (Int32, Int32)

    init(_ stream: UnsafeMutablePointer<AVStream>, timeBase: AVRational) {
        let parameters = stream.pointee.codecpar.pointee
        codec = parameters.codec_id.rawValue
        extradata =
            parameters.extradata.map {
                Array(UnsafeBufferPointer(start: $0, count: Int(max(0, parameters.extradata_size))))
            } ?? []
        (width, height) = (parameters.width, parameters.height)
        tick = (timeBase.num, timeBase.den)
    }

    static func == (one: CodedStream, other: CodedStream) -> Bool {
        one.codec == other.codec && one.extradata == other.extradata && one.width == other.width
            && one.height == other.height && one.tick == other.tick
    }
}

/// Gathers the packets of a stream by groups into a ``PacketRing``.
final class RingWriter: PacketKeeper {
    private let ring: PacketRing
    private var placement: TickPlacement?
    private var packets: [CodedGroup.Packet] = []
    private var stream: CodedStream?
    private var first: Int64 = 0
    private var last: Int64 = 0
    private var bytes = 0

    /// A group without an end in sight is given up.
    private static let mostBytes = 32 << 20

    init(_ ring: PacketRing) { self.ring = ring }

    func take(_ kept: KeptPacket, arrival: WallTime) {
        var placement = self.placement ?? TickPlacement(tick: kept.tick)
        placement.arrived(ticks: kept.time, at: arrival)
        self.placement = placement
        if kept.isKey {
            handOver(until: kept.time)
            (first, last, stream) = (kept.time, kept.time, CodedStream(kept.stream, timeBase: kept.timeBase))
        }
        guard stream != nil, bytes < Self.mostBytes, let data = kept.packet.pointee.data else { return }
        let size = Int(max(0, kept.packet.pointee.size))
        let decoded = kept.packet.pointee.dts
        packets.append(
            CodedGroup.Packet(
                bytes: Array(UnsafeBufferPointer(start: data, count: size)), presented: kept.time - first,
                decoded: decoded == ff_no_time ? nil : decoded - first))
        bytes += size
        last = max(last, kept.time)
    }

    func place(ticks: Int64, at time: WallTime) { placement?.place(ticks: ticks, at: time) }

    func end() { handOver(until: last) }

    private func handOver(until next: Int64) {
        defer { (packets, stream, bytes) = ([], nil, 0) }
        guard let stream, !packets.isEmpty, let start = placement?.time(of: first),
            let end = placement?.time(of: next >= last ? next : last), start < end
        else { return }
        ring.append(packets, of: stream, during: TimeSpan(start: start, end: end))
    }
}
