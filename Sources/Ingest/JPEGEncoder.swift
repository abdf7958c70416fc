public import Base
import CFFmpeg

/// Turns pictures into JPEG files (ITU-T T.81, baseline, 4:2:0) with libavcodec.
public enum JPEGEncoder {
    /// The longest side that a JPEG file can state.
    private static let longestSide = 65_500

    /// `picture` as the bytes of a JPEG file; `quantiser` is libavcodec's scale, 2 (finest) to 31. Throws `libraryFailure`, which names `source`,
    /// where the picture comes from.
    public static func encode(
        _ picture: Picture, quantiser: Int = 3, source: RedactedURL
    ) throws(IngestError) -> [UInt8] {
        FFmpegLibraries.prepare()
        func failure(_ reason: String) -> IngestError {
            .libraryFailure(source, step: "write a JPEG picture", reason: reason)
        }
        guard picture.width <= longestSide, picture.height <= longestSide else { throw failure("it is too large") }
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        guard let packet else { throw failure("out of memory") }
        let code = picture.pixels.withUnsafeBufferPointer { pixels in
            ff_encode_jpeg(
                packet, pixels.baseAddress, Int32(picture.width), Int32(picture.height),
                Int32(min(max(quantiser, 2), 31)))
        }
        guard code >= 0, let bytes = packet.pointee.data, packet.pointee.size > 0 else {
            throw failure(code == ff_error_encoder_not_found ? "no encoder" : FFmpegLibraries.text(of: code))
        }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(packet.pointee.size)))
    }
}
