public import Base
import CFFmpeg
import Glibc

/// Cuts a span out of segments without encoding anything anew.
public enum ClipCutter {
    /// Writes what `segments` show of `span` into a new MP4 file at `path`, with its index first. The file begins at the
    /// span's beginning, or at the first picture after it: what must be decoded before is in the file and is not shown (an edit list).
    /// It ends with the last picture before the span's end. Where nothing was recorded the last picture stays. Segments
    /// of another codec or size than the first are left out, as are those that are gone.
    ///
    /// Returns the span that the file shows; nil when there is nothing of it, and no file then. Throws `unwritable`, and what
    /// reading the segments throws. Blocks.
    public static func cut(
        _ segments: [RecordedSegment], to span: TimeSpan, into path: String
    ) throws(IngestError) -> TimeSpan? {
        let inside = segments.filter { $0.during.start < span.end && span.start < $0.during.end }
            .sorted { $0.during.start < $1.during.start }
        guard let first = inside.first, let last = inside.last else { return nil }
        let shown = TimeSpan(
            start: max(span.start, first.during.start),
            end: max(max(span.start, first.during.start), min(span.end, last.during.end)))
        let clip = Clip(path: path, span: shown)
        do throws(IngestError) {
            for segment in inside { try clip.add(segment) }
            return try clip.finish() ? shown : nil
        } catch {
            clip.abandon()
            throw error
        }
    }

    /// The file on its way.
    private final class Clip {
        private let path: String
        private let span: TimeSpan
        private var movie: MovieWriter?
        private var stream: CodedStream?
        /// Packets since the last key frame at or before the span's beginning, as long as nothing is shown.
        private var waiting: [PacketCopy] = []
        private var isShown = false

        init(path: String, span: TimeSpan) { (self.path, self.span) = (path, span) }

        func add(_ segment: RecordedSegment) throws(IngestError) {
            let file: MediaFile
            do throws(IngestError) {
                file = try MediaFile(path: segment.path)
            } catch {
                if case .missing = error { return }
                throw error
            }
            let demuxer = try Demuxer(file, interrupt: Interrupt(), log: DamageLog())
            let coded = CodedStream(demuxer.stream, timeBase: demuxer.timeBase)
            if let stream, stream != coded { return }
            stream = coded
            var packet = av_packet_alloc()
            defer { av_packet_free(&packet) }
            guard let packet else { throw outOfMemory }
            let begin = demuxer.stream.pointee.start_time
            // Ticks from the clip's beginning to the segment's.
            let offset =
                Int64((segment.during.start.seconds(since: span.start) / demuxer.tick).rounded())
                - (begin == ff_no_time ? 0 : begin)
            let end = Int64((span.end.seconds(since: span.start) / demuxer.tick).rounded())
            while case .packet = try demuxer.read(into: packet) {
                if packet.pointee.pts != ff_no_time { packet.pointee.pts += offset }
                if packet.pointee.dts != ff_no_time { packet.pointee.dts += offset }
                guard let time = packet.time else { continue }
                let isReordered = demuxer.stream.pointee.codecpar.pointee.video_delay > 0
                let decoded = packet.pointee.dts == ff_no_time || !isReordered ? time : packet.pointee.dts
                if decoded >= end { break }
                try take(packet, shownAt: time, demuxer)
            }
        }

        private func take(
            _ packet: UnsafeMutablePointer<AVPacket>, shownAt time: Int64, _ demuxer: Demuxer
        ) throws(IngestError) {
            let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
            if !isShown, isKey, time <= 0 { waiting = [] }
            if !isShown, time < 0 {
                guard isKey || !waiting.isEmpty else { return }
                guard let copy = PacketCopy(packet) else { throw outOfMemory }
                waiting.append(copy)
                return
            }
            let movie = try writer(of: demuxer)
            for copy in waiting { try movie.append(copy.packet) }
            waiting = []
            isShown = true
            try movie.append(packet)
        }

        private func writer(of demuxer: Demuxer) throws(IngestError) -> MovieWriter {
            if let movie { return movie }
            guard let parameters = demuxer.stream.pointee.codecpar else { throw outOfMemory }
            let made = try MovieWriter(
                path, of: parameters, tick: demuxer.timeBase, form: .indexed)
            movie = made
            return made
        }

        private var outOfMemory: IngestError {
            .libraryFailure(RedactedURL(path), step: "cut a clip", reason: "out of memory")
        }

        /// Returns whether there is a file.
        func finish() throws(IngestError) -> Bool {
            guard let movie, isShown else { return false }
            try movie.finish()
            return true
        }

        func abandon() {
            if movie != nil { unlink(path) }
        }
    }

    /// A packet kept for later.
    private final class PacketCopy {
        let packet: UnsafeMutablePointer<AVPacket>

        init?(_ packet: UnsafePointer<AVPacket>) {
            guard let copy = av_packet_clone(packet) else { return nil }
            self.packet = copy
        }

        deinit {
            var packet: UnsafeMutablePointer<AVPacket>? = packet
            av_packet_free(&packet)
        }
    }
}
