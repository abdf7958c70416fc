import Base
import CFFmpeg
import Glibc

extension RecordedSegment {
    /// What a process that was killed left at `path`, a `….part` of a ``RecordingPlan``: whole fragments can be read. Its
    /// times are by when its first packet arrived. Nil when nothing can be read. Blocks.
    public static func recovered(at path: String) -> RecordedSegment? {
        let name = path.split(separator: "/").last ?? ""
        guard let start = name.split(separator: "-").first.flatMap({ Int64($0) }),
            let file = try? MediaFile(path: path),
            let demuxer = try? Demuxer(file, interrupt: Interrupt(), log: DamageLog())
        else { return nil }
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        guard let packet else { return nil }
        var (first, last) = (Int64.max, Int64.min)
        while let reading = try? demuxer.read(into: packet), case .packet = reading {
            guard let time = packet.time else { continue }
            (first, last) = (min(first, time), max(last, time + max(0, packet.pointee.duration)))
        }
        let seconds = first < last ? Double(last - first) * demuxer.tick : 0
        guard seconds > 0, seconds < 86_400 else { return nil }
        let begin = WallTime(microseconds: start)
        return RecordedSegment(path: path, during: TimeSpan(start: begin, end: begin.advanced(bySeconds: seconds)))
    }
}
