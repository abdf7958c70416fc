public import Base
public import NN

// Letters: B batch · S side of the encoder's picture.

/// Turns pictures into the encoder's input exactly as `preprocessor_config.json` says: resize, centre crop, rescale,
/// normalise (transformers, `CLIPImageProcessor`).
public struct ImageProcessor: Sendable, Equatable {
    /// How a picture is brought to size before the crop.
    enum Resize: Sendable, Equatable {
        /// The shorter side becomes this many pixels; the other keeps the proportion, rounded down.
        case shortestEdge(Int)
        case exact(width: Int, height: Int)
    }

    var resize: Resize?
    var filter: ResampleFilter
    /// Width and height of the centre crop.
    var crop: (width: Int, height: Int)?
    /// What each 8-bit value becomes, for R, G and B.
    private(set) var tables: [[Float]]

    init(
        resize: Resize?, filter: ResampleFilter, crop: (width: Int, height: Int)?, scale: Double, mean: [Float],
        deviation: [Float]
    ) {
        precondition(mean.count == 3 && deviation.count == 3, "three channels")
        self.resize = resize
        self.filter = filter
        self.crop = crop
        tables = zip(mean, deviation).map { mean, deviation in
            (0..<256).map { (Float(Double($0) * scale) - mean) / deviation }
        }
    }

    /// Field by field (tuples are not Equatable).
    public static func == (a: ImageProcessor, b: ImageProcessor) -> Bool {
        a.resize == b.resize && a.filter == b.filter && a.tables == b.tables && a.crop?.width == b.crop?.width
            && a.crop?.height == b.crop?.height
    }

    /// Width and height of every picture after resize and crop; nil when they depend on the picture.
    var outputSize: (width: Int, height: Int)? {
        if let crop { return crop }
        guard case .exact(let width, let height)? = resize else { return nil }
        return (width, height)
    }

    /// B pictures → pixels [B, 3, S, S]; the recipe has checked that this processor ends at the encoder's S.
    public func pixels(of pictures: [Picture], side: Int) -> Tensor {
        precondition(outputSize.map { $0 == (side, side) } ?? false, "a processor that does not end at \(side)")
        return pixels(of: pictures)
    }

    /// B pictures → pixels [B, 3, height, width] of ``outputSize``.
    func pixels(of pictures: [Picture]) -> Tensor {
        guard let (width, height) = outputSize else { preconditionFailure("a processor without one output size") }
        return Tensor(shape: [pictures.count, 3, height, width]) { result in
            for (index, picture) in pictures.enumerated() {
                let sized = sized(picture)
                precondition(sized.width == width && sized.height == height, "\(sized.width)×\(sized.height)")
                for channel in 0..<3 {
                    let plane = (index * 3 + channel) * width * height
                    let table = tables[channel]
                    for pixel in 0..<width * height {
                        result[plane + pixel] = table[Int(sized.pixels[pixel * 3 + channel])]
                    }
                }
            }
        }
    }

    /// `picture` resized and cropped, still in 8 bits. Where the crop is larger than the resized picture, black is added
    /// around it.
    package func sized(_ picture: Picture) -> Picture {
        let (width, height) = resizedSize(of: picture)
        let (columns, left) = Self.window(of: width, crop: crop?.width)
        let (rows, top) = Self.window(of: height, crop: crop?.height)
        let window = PictureResampler.resize(
            picture, width: width, height: height, columns: columns, rows: rows, filter: filter)
        let (fullWidth, fullHeight) = (crop?.width ?? width, crop?.height ?? height)
        if window.width == fullWidth, window.height == fullHeight { return window }
        var pixels = [UInt8](repeating: 0, count: fullWidth * fullHeight * 3)
        for row in 0..<window.height {
            let start = ((top + row) * fullWidth + left) * 3
            pixels.replaceSubrange(
                start..<start + window.width * 3,
                with: window.pixels[row * window.width * 3..<(row + 1) * window.width * 3])
        }
        return Picture(width: fullWidth, height: fullHeight, pixels: pixels)
    }

    private func resizedSize(of picture: Picture) -> (width: Int, height: Int) {
        switch resize {
        case nil: return (picture.width, picture.height)
        case .exact(let width, let height): return (width, height)
        case .shortestEdge(let edge):
            let (short, long) = (min(picture.width, picture.height), max(picture.width, picture.height))
            let newLong = Int(Double(edge) * Double(long) / Double(short))
            return picture.width <= picture.height ? (edge, newLong) : (newLong, edge)
        }
    }

    /// Which of `extent` pixels a centre crop to `crop` keeps, and how far from the crop's edge they start.
    private static func window(of extent: Int, crop: Int?) -> (kept: Range<Int>, inset: Int) {
        guard let crop else { return (0..<extent, 0) }
        if crop <= extent {
            let start = (extent - crop) / 2
            return (start..<start + crop, 0)
        }
        return (0..<extent, (crop - extent + 1) / 2)
    }
}
