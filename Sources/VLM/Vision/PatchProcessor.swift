package import Base
package import NN

// Letters: P patches of a picture (rows · columns) · p side of a patch.

/// Turns a picture into patches and keeps its proportion, exactly as `preprocessor_config.json` says (transformers,
/// `Siglip2ImageProcessor`): the largest size of at most `maximumPatches` whole patches, resize, rescale, normalise.
package struct PatchProcessor: Sendable, Equatable {
    /// Rows and columns of patches.
    package struct Grid: Equatable {
        package let rows, columns: Int
    }

    private let patchSize, maximumPatches: Int
    private let filter: ResampleFilter
    /// What each 8-bit value becomes, for R, G and B.
    private let tables: [[Float]]

    /// Reads `folder/preprocessor_config.json`.
    package init(folder: String, patchSize: Int) throws(ModelError) {
        try self.init(
            ConfigurationFile(folder: folder, name: "preprocessor_config.json"), patchSize: patchSize)
    }

    /// Reads `file`; what it leaves out, or all of it when there is none, takes the class's defaults.
    init(_ file: ConfigurationFile?, patchSize: Int) throws(ModelError) {
        let processor = try ImageProcessor(file, side: nil, defaults: .naflex)
        tables = processor.tables
        self.patchSize = patchSize
        guard let file else {
            (maximumPatches, filter) = (256, .bilinear)
            return
        }
        maximumPatches = try file.integer("max_num_patches", default: 256, in: 1...16384)
        let number = try file.integer("resample", default: ResampleFilter.bilinear.rawValue, in: 0...5)
        filter = ResampleFilter(rawValue: number) ?? .bilinear
        let side = try file.integer("patch_size", default: 16, in: 1...4096)
        guard side == patchSize else {
            throw file.refusal("patch_size", "\(side), but config.json says \(patchSize)")
        }
        guard try file.bool("do_resize", default: true) else {
            throw file.refusal("do_resize", "false, but pictures have to become whole patches")
        }
    }

    /// The side of a square of as many patches as are allowed, in pixels.
    var sideOfSquare: Int { Int(Double(maximumPatches).squareRoot()) * patchSize }

    /// The grid that `picture` is brought to: its size times the largest scale, found by bisection, at which it takes no
    /// more than the allowed patches.
    package func grid(of picture: Picture) -> Grid {
        let tolerance = 1e-5
        var (low, high) = (tolerance / 10, 100.0)
        while high - low >= tolerance {
            let scale = (low + high) / 2
            let grid = grid(of: picture, scale: scale)
            if grid.rows * grid.columns <= maximumPatches { low = scale } else { high = scale }
        }
        return grid(of: picture, scale: low)
    }

    private func grid(of picture: Picture, scale: Double) -> Grid {
        let patches = { (side: Int) in max(1, Int((Double(side) * scale / Double(patchSize)).rounded(.up))) }
        return Grid(rows: patches(picture.height), columns: patches(picture.width))
    }

    /// picture → [P, p·p·3], each patch's pixels in reading order with R, G and B beside each other.
    package func patches(of picture: Picture) -> Tensor {
        let grid = grid(of: picture)
        let (width, height) = (grid.columns * patchSize, grid.rows * patchSize)
        let sized = PictureResampler.resize(
            picture, width: width, height: height, columns: 0..<width, rows: 0..<height, filter: filter)
        let side = patchSize
        return Tensor(shape: [grid.rows * grid.columns, side * side * 3]) { result in
            var target = 0
            for patch in 0..<grid.rows * grid.columns {
                let (top, left) = (patch / grid.columns * side, patch % grid.columns * side)
                for line in 0..<side {
                    let start = ((top + line) * width + left) * 3
                    for i in 0..<side * 3 { result[target + i] = tables[i % 3][Int(sized.pixels[start + i])] }
                    target += side * 3
                }
            }
        }
    }
}
