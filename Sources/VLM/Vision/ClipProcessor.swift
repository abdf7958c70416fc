package import Base
package import NN

// Letters: T frames · N patches of all frames · p side of a patch · m merged patches of a side.

/// Turns frames into VideoLLaMA3's patches: one size for all of a clip, so that its patches stay within a budget; bicubic
/// resize, values to −1…1, patches in squares of m × m (transformers, `VideoLlama3VideoProcessor`).
package struct ClipProcessor: Sendable {
    /// How a clip's size is chosen.
    package enum Rule: Equatable, Sendable {
        /// transformers' `smart_resize`: pixels of a frame, fewest and most.
        case pixels(fewest: Int, most: Int)
        /// DAMO-NLP-SG's `simple_batched_resize`: merged tokens of a frame at least, and of the whole clip at most.
        case tokens(fewest: Int, most: Int)
    }

    /// p and m.
    package let patchSize, merge: Int

    /// A processor of patches of `patchSize` pixels, `merge` × `merge` of which become one token.
    package init(patchSize: Int, merge: Int) {
        precondition(patchSize > 0 && merge > 0, "patches of \(patchSize), \(merge) merged")
        self.patchSize = patchSize
        self.merge = merge
    }

    /// The size that frames of `height` × `width` are brought to when there are `frames` of them: whole squares.
    package func size(height: Int, width: Int, frames: Int, _ rule: Rule) -> (height: Int, width: Int) {
        let unit = Double(patchSize * merge)
        let (fewest, most, smallest) =
            switch rule {
            case .pixels(let fewest, let most): (fewest, most, unit)
            case .tokens(let fewest, let most):
                (fewest * Int(unit * unit), most * Int(unit * unit) / max(1, frames), 0)
            }
        let whole = { (value: Double) in (value / unit).rounded(.toNearestOrEven) * unit }
        let (height, width) = (Double(max(1, height)), Double(max(1, width)))
        var (tall, wide) = (whole(height), whole(width))
        let isTooLarge = tall * wide > Double(most)
        if isTooLarge {
            let shrink = (height * width / Double(max(1, most))).squareRoot()
            tall = max(smallest, (height / shrink / unit).rounded(.down) * unit)
            wide = max(smallest, (width / shrink / unit).rounded(.down) * unit)
        }
        if tall * wide < Double(fewest), !(isTooLarge && smallest > 0) {
            let grow = (Double(fewest) / (height * width)).squareRoot()
            tall = (height * grow / unit).rounded(.up) * unit
            wide = (width * grow / unit).rounded(.up) * unit
        }
        return (Int(max(unit, tall)), Int(max(unit, wide)))
    }

    /// Frames of any size → patches [N, 3·p·p] and how they lie, after resizing to `size`, whose sides are whole squares.
    package func patches(of frames: [Picture], size: (height: Int, width: Int)) -> (patches: Tensor, grid: PatchGrid) {
        let grid = PatchGrid(
            frames: frames.count, rows: size.height / patchSize, columns: size.width / patchSize, merge: merge)
        let (side, places) = (patchSize, grid.places)
        let length = 3 * side * side
        let patches = Tensor(shape: [grid.frames * grid.patchesPerFrame, length]) { result in
            for (index, frame) in frames.enumerated() {
                let pixels = sized(frame, size).pixels
                for (patch, place) in places.enumerated() {
                    var target = (index * grid.patchesPerFrame + patch) * length
                    for line in 0..<3 * side {
                        let (channel, row) = (line / side, place.row * side + line % side)
                        let start = (row * size.width + place.column * side) * 3 + channel
                        for i in 0..<side { result[target + i] = Float(pixels[start + 3 * i]) / 127.5 - 1 }
                        target += side
                    }
                }
            }
        }
        return (patches, grid)
    }

    private func sized(_ frame: Picture, _ size: (height: Int, width: Int)) -> Picture {
        if frame.width == size.width, frame.height == size.height { return frame }
        return PictureResampler.resize(
            frame, width: size.width, height: size.height, columns: 0..<size.width, rows: 0..<size.height,
            filter: .bicubic)
    }
}
