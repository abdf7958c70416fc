import Base
import CFFmpeg
import Glibc

/// Copies packets into segments: MP4 files that begin with a key frame and last about as long as planned.
final class SegmentWriter: PacketKeeper {
    private struct Open {
        let movie: MovieWriter
        let first: Int64
        /// The latest presentation time and the step before it.
        var last: Int64
        var step: Int64 = 0
    }

    /// Longer jumps of the stream's time, in either direction, end a segment.
    private static let longestJump = 10.0
    /// Seconds before writing is tried again after a failure.
    private static let retry = 10.0

    private let folder: String
    private let plan: RecordingPlan
    private var placement: TickPlacement?
    private var tick = 1.0
    private var open: Open?
    private var failedAt: WallTime?
    private var count = 0

    init(folder: String, _ plan: RecordingPlan) { (self.folder, self.plan) = (folder, plan) }

    func take(_ kept: KeptPacket, arrival: WallTime) {
        tick = kept.tick
        var placement = self.placement ?? TickPlacement(tick: tick)
        placement.arrived(ticks: kept.time, at: arrival)
        self.placement = placement
        if let open {
            let seconds = Double(kept.time - open.last) * tick
            let isLong = Double(kept.time - open.first) * tick >= plan.segmentSeconds
            if abs(seconds) > Self.longestJump || (kept.isKey && isLong) { end() }
        }
        do throws(IngestError) {
            if open == nil { try begin(kept, arrival) }
            try append(kept)
        } catch {
            fail(error, at: arrival)
        }
    }

    func place(ticks: Int64, at time: WallTime) { placement?.place(ticks: ticks, at: time) }

    func end() {
        guard let open else { return }
        self.open = nil
        do throws(IngestError) {
            try open.movie.finish()
        } catch {
            plan.report(.failed(error))
        }
        guard let start = placement?.time(of: open.first), let end = placement?.time(of: open.last + open.step),
            start < end
        else {
            unlink(open.movie.path)
            return
        }
        plan.report(
            .segment(RecordedSegment(path: open.movie.path, during: TimeSpan(start: start, end: end))))
    }

    private func begin(_ kept: KeptPacket, _ arrival: WallTime) throws(IngestError) {
        guard kept.isKey, failedAt.map({ abs(arrival.seconds(since: $0)) >= Self.retry }) ?? true else { return }
        var parameters = ParameterSets.complete(kept)
        defer { avcodec_parameters_free(&parameters) }
        guard let parameters else { return }
        count += 1
        let path = "\(folder)/\(arrival.microseconds)-\(getpid())-\(count).part"
        do throws(IngestError) {
            let movie = try MovieWriter(path, of: parameters, tick: kept.timeBase, form: .fragments)
            open = Open(movie: movie, first: kept.time, last: kept.time)
            failedAt = nil
        } catch {
            unlink(path)
            throw error
        }
    }

    private func append(_ kept: KeptPacket) throws(IngestError) {
        guard var open else { return }
        let packet = kept.packet
        let times = (packet.pointee.pts, packet.pointee.dts)
        if times.0 == ff_no_time && times.1 == ff_no_time { packet.pointee.pts = kept.time - open.first }
        if times.0 != ff_no_time { packet.pointee.pts -= open.first }
        if times.1 != ff_no_time { packet.pointee.dts -= open.first }
        defer { (packet.pointee.pts, packet.pointee.dts) = times }
        try open.movie.append(packet)
        if kept.time > open.last { (open.step, open.last) = (kept.time - open.last, kept.time) }
        self.open = open
    }

    /// Without room or a fitting codec the rest of the segment is given up.
    private func fail(_ error: IngestError, at time: WallTime) {
        plan.report(.failed(error))
        failedAt = time
        end()
    }
}
