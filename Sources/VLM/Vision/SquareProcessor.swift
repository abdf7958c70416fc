import Base
import NN

// Letters: S side of the encoder's picture.

/// Brings frames to SmolVLM2's square: the longest edge to a size, the other rounded up to an even number, then both sides to
/// S whatever the proportion (transformers, `SmolVLMVideoProcessor.resize`; it takes bicubic where the file says Lanczos).
struct SquareProcessor: Sendable, Equatable {
    private let side, longestEdge: Int
    private let filter: ResampleFilter
    private let square: ImageProcessor

    /// Reads `file`, a `preprocessor_config.json`; without one frames go straight to S.
    init(_ file: ConfigurationFile?, side: Int) throws(ModelError) {
        self.side = side
        guard let file else {
            (longestEdge, filter) = (side, .bicubic)
            square = try ImageProcessor(nil, side: side, defaults: .siglip(side: side))
            return
        }
        guard try file.bool("do_resize", default: true) else {
            throw file.refusal("do_resize", "false, but frames have to become squares of \(side)")
        }
        let most = try file.object("max_image_size").integer("longest_edge", default: side, in: 1...4096)
        guard most == side else {
            throw file.refusal("max_image_size.longest_edge", "\(most), but image_size is \(side)")
        }
        let size = try file.object("size")
        let edge = try size.integer("longest_edge", default: 4 * side, in: 1...65536)
        let sampling = try file.object("video_sampling").object("video_size")
        longestEdge = min(4096, try sampling.integer("longest_edge", default: edge, in: 1...65536))
        let number = try file.integer("resample", default: ResampleFilter.lanczos.rawValue, in: 0...5)
        let named = ResampleFilter(rawValue: number) ?? .bicubic
        filter = named == .lanczos ? .bicubic : named
        square = try ImageProcessor(normalisationOf: file, side: side, filter: filter)
    }

    /// A frame → pixels [1, 3, S, S].
    func pixels(of picture: Picture) -> Tensor {
        let (width, height) = resized(picture.width, picture.height)
        let sized =
            (width, height) == (picture.width, picture.height)
            ? picture
            : PictureResampler.resize(
                picture, width: width, height: height, columns: 0..<width, rows: 0..<height, filter: filter)
        return square.pixels(of: [sized], side: side)
    }

    private func resized(_ width: Int, _ height: Int) -> (Int, Int) {
        let proportion = Double(width) / Double(height)
        if width >= height {
            let short = Int(Double(longestEdge) / proportion)
            return (longestEdge, max(1, short + short % 2))
        }
        let short = Int(Double(longestEdge) * proportion)
        return (max(1, short + short % 2), longestEdge)
    }
}
