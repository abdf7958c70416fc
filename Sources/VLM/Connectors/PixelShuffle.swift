public import NN

// Letters: N pictures · H, W rows and columns of patches · D width · f factor.

/// Packs each square of f × f patches into one token (InternVL, `pixel_shuffle` version 2; SmolVLM's connector).
public enum PixelShuffle {
    /// x [N, H, W, D] → [N, H / f, W / f, f·f·D], the patches of a square one after the other in reading order.
    public static func packed(_ x: Tensor, factor: Int) -> Tensor {
        x.expect(nil, nil, nil, nil)
        let (height, width, depth) = (x.shape[1], x.shape[2], x.shape[3])
        precondition(factor > 0 && height % factor == 0 && width % factor == 0, "\(x.shape) by \(factor)")
        let (rows, columns) = (height / factor, width / factor)
        return Tensor(shape: [x.shape[0], rows, columns, factor * factor * depth]) { result in
            x.withValues { source in
                var target = 0
                for square in 0..<x.shape[0] * rows * columns {
                    let (picture, row, column) = (square / (rows * columns), square / columns % rows, square % columns)
                    for line in 0..<factor {
                        let start = ((picture * height + row * factor + line) * width + column * factor) * depth
                        for i in 0..<factor * depth { result[target + i] = source[start + i] }
                        target += factor * depth
                    }
                }
            }
        }
    }
}
