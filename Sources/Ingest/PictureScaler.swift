import Base
import CFFmpeg

/// Turns decoded frames into upright RGB pictures of at most a given size.
///
/// The first step is libswscale's: any pixel format to RGB at the target size with square pixels, with the frame's own
/// matrix and range. The second turns the small result upright.
final class PictureScaler {
    /// What a libswscale context is built for; a change of any part builds a new one.
    private struct Shape: Equatable {
        let size: PictureSize
        let format: AVPixelFormat
        let matrix: Int32
        let isFullRange: Bool
        let target: PictureSize
    }

    private let limit: PictureSize
    private var shape: Shape?
    private var context: OpaquePointer?
    private var pixels: UnsafeMutablePointer<UInt8>?
    private var stride = 0

    /// A scaler to at most `limit` pixels, seen upright.
    init(limit: PictureSize) { self.limit = limit }

    deinit { release() }

    /// The upright picture in `frame`, nil when libswscale cannot convert it. `pixelAspect` is a pixel's width over its
    /// height.
    func picture(
        of frame: UnsafePointer<AVFrame>, pixelAspect: Double, orientation: Orientation
    ) -> Picture? {
        let size = PictureSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        guard size.width > 0, size.height > 0 else { return nil }
        let target = size.fitted(
            into: orientation.isTransposed ? limit.transposed : limit, pixelAspect: pixelAspect)
        let (format, isFullRange) = Self.formatAndRange(of: frame)
        let wanted = Shape(
            size: size, format: format, matrix: Self.matrix(of: frame), isFullRange: isFullRange, target: target)
        if wanted != shape { prepare(wanted) }
        guard let context, let pixels else { return nil }
        guard ff_scale(context, frame, pixels, Int32(stride)) == Int32(target.height) else { return nil }
        let upright = orientation.turn(pixels, width: target.width, height: target.height, stride: stride)
        let shown = orientation.isTransposed ? target.transposed : target
        return Picture(width: shown.width, height: shown.height, pixels: upright)
    }

    /// Bilinear in libswscale widens its triangle with the reduction, so nothing is skipped; area does not smooth when
    /// enlarging, which never happens here. The two flags cost little on sampled frames and round correctly.
    private static let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT

    private func prepare(_ wanted: Shape) {
        release()
        shape = wanted
        context = sws_getContext(
            Int32(wanted.size.width), Int32(wanted.size.height), wanted.format, Int32(wanted.target.width),
            Int32(wanted.target.height), AV_PIX_FMT_RGB24, Self.flags, nil, nil, nil)
        guard context != nil else { return }
        // Fails for formats without a matrix (RGB, grey); they need none.
        _ = ff_set_colours(context, wanted.matrix, wanted.isFullRange ? 1 : 0)
        // libswscale writes whole vectors: rows are padded to 64 bytes and one row is spare.
        stride = (wanted.target.width * 3 + 63 + 64) & ~63
        pixels = av_malloc(stride * (wanted.target.height + 1))?.assumingMemoryBound(to: UInt8.self)
    }

    private func release() {
        sws_freeContext(context)
        av_free(pixels)
        (context, pixels, shape) = (nil, nil, nil)
    }

    /// The old `yuvj` formats are the plain ones in full range.
    private static func formatAndRange(of frame: UnsafePointer<AVFrame>) -> (AVPixelFormat, Bool) {
        let isFullRange = frame.pointee.color_range == AVCOL_RANGE_JPEG
        let format = AVPixelFormat(rawValue: frame.pointee.format)
        switch format {
        case AV_PIX_FMT_YUVJ420P: return (AV_PIX_FMT_YUV420P, true)
        case AV_PIX_FMT_YUVJ411P: return (AV_PIX_FMT_YUV411P, true)
        case AV_PIX_FMT_YUVJ422P: return (AV_PIX_FMT_YUV422P, true)
        case AV_PIX_FMT_YUVJ440P: return (AV_PIX_FMT_YUV440P, true)
        case AV_PIX_FMT_YUVJ444P: return (AV_PIX_FMT_YUV444P, true)
        default: return (format, isFullRange)
        }
    }

    /// The frame's YCbCr matrix. When it states none: BT.709 for high definition, BT.601 below, as players assume.
    private static func matrix(of frame: UnsafePointer<AVFrame>) -> Int32 {
        switch frame.pointee.colorspace {
        case AVCOL_SPC_BT709: SWS_CS_ITU709
        case AVCOL_SPC_FCC: SWS_CS_FCC
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
        case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
        default: frame.pointee.width >= 1280 || frame.pointee.height > 576 ? SWS_CS_ITU709 : SWS_CS_ITU601
        }
    }
}
