// Letters: T pictures · H, W rows and columns · C channels.

/// The largest value of each channel around every second row and column (`torch.nn.MaxPool3d` of kernel 1 × 3 × 3, stride
/// 1 × 2 × 2, padding 0 × 1 × 1): how residual networks halve a picture behind their first convolution.
public enum MaxPooling {
    /// x [T, H, W, C] → [T, ⌈H / 2⌉, ⌈W / 2⌉, C]; what lies outside the grid is not looked at.
    public static func halved(_ x: Tensor) -> Tensor {
        x.expect(nil, nil, nil, nil)
        let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
        let (down, across) = ((height + 1) / 2, (width + 1) / 2)
        return Tensor(shape: [x.shape[0], down, across, channels]) { result in
            result.initialize(repeating: -.infinity)
            x.withPointer { source in
                WorkerTeam.share(x.shape[0] * down) { line in
                    let (frame, row) = (line / down, line % down)
                    for column in 0..<across {
                        let target = result.start + (line * across + column) * channels
                        for y in max(0, 2 * row - 1)..<min(height, 2 * row + 2) {
                            for z in max(0, 2 * column - 1)..<min(width, 2 * column + 2) {
                                let seen = source + ((frame * height + y) * width + z) * channels
                                for channel in 0..<channels { target[channel] = max(target[channel], seen[channel]) }
                            }
                        }
                    }
                }
            }
        }
    }
}
