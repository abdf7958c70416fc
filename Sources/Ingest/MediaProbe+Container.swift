import Base
import CFFmpeg

extension MediaProbe {
    /// Reads what the opened container says about its track `stream`.
    init(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>, fileSize: Int64
    ) {
        let parameters = stream.pointee.codecpar.pointee
        self.init(
            container: String(cString: context.pointee.iformat.pointee.name),
            codec: String(cString: avcodec_get_name(parameters.codec_id)),
            width: Int(parameters.width), height: Int(parameters.height),
            durationSeconds: Self.duration(context, stream, fileSize),
            creationTime: Self.creationTime(context.pointee.metadata) ?? Self.creationTime(stream.pointee.metadata))
    }

    /// Below this many bits a second a stated duration is not believed: an index with wrapped times states days for
    /// 100 KB. A still scene at 1 frame/s needs more.
    private static let leastBitRate = 100.0

    private static func duration(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>, _ fileSize: Int64
    ) -> Double? {
        let tick = stream.pointee.time_base
        let candidates = [
            (stream.pointee.duration, Double(tick.num) / Double(max(1, tick.den))),
            (context.pointee.duration, 1 / Double(AV_TIME_BASE)),
        ]
        return candidates.lazy
            .filter { $0.0 != ff_no_time && $0.0 > 0 }
            .map { Double($0.0) * $0.1 }
            .first { Double(fileSize) * 8 / $0 >= leastBitRate }
    }

    /// 1990-01-01: earlier creation times come from clocks that were never set (1904, 1970, 1980).
    private static let earliest = WallTime(microseconds: 631_152_000_000_000)

    private static func creationTime(_ metadata: OpaquePointer?) -> WallTime? {
        guard let entry = av_dict_get(metadata, "creation_time", nil, 0), let text = entry.pointee.value else {
            return nil
        }
        guard let time = WallTime(rfc3339: String(cString: text)), time >= earliest else { return nil }
        return time
    }
}
