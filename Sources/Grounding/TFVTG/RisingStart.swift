/// For every frame of a similarity curve, the frame at which the rise that leads to it began, and how strong it was.
///
/// The dynamic part of TFVTG (Zheng et al., ECCV 2024, section 3.3, in the form that the authors evaluate): the
/// smoothed curve's slope is followed; a start is moved back to the last frame that was not rising.
package struct RisingStart: Sendable {
    /// n · frames that the curve holds → n start frames.
    package let frames: [Int]
    /// n sums of the slopes of the rise that leads to each frame, 0 where it does not rise: the dynamic score. Within a
    /// rise it only grows, so for each frame the start in ``frames`` is the one that gives the largest sum.
    package let scores: [Float]

    /// `curve` [n] is already masked (values at or below the mask are 0); `isAbove` [n] says which were kept;
    /// `stride` is the effective stride, which sets the smoothing; `slope` the least rise that counts.
    package init(curve: [Float], isAbove: [Bool], stride: Int, slope: Float) {
        let slopes = Self.slopes(curve: curve, isAbove: isAbove, stride: stride)
        var frames = [Int](repeating: 0, count: curve.count)
        var scores = [Float](repeating: 0, count: curve.count)
        var last = 0
        var sum: Float = 0
        for i in curve.indices {
            let f1 = slopes[i]
            let f2 = i >= 1 ? slopes[i - 1] : 0
            let f3 = i >= 2 ? slopes[i - 2] : 0
            let rise = max(3 * f1, 2 * f1 + f2, f1 + f2 + f3)
            if rise > slope {
                sum += rise
            } else {
                sum = 0
                last = i
            }
            frames[i] = last
            scores[i] = sum
        }
        self.frames = frames
        self.scores = scores
    }

    /// d(i) = G(i+1) − G(i) where both smoothed values exist, else 0.
    private static func slopes(curve: [Float], isAbove: [Bool], stride: Int) -> [Float] {
        let taps = smoothingTaps(stride: stride)
        let half = taps.count / 2
        var slopes = [Float](repeating: 0, count: curve.count)
        guard curve.count >= taps.count + 1 else { return slopes }
        func smoothed(_ centre: Int) -> Float {
            var sum: Float = 0
            for (offset, tap) in taps.enumerated() { sum += tap * curve[centre - half + offset] }
            return sum
        }
        var current = smoothed(half)
        for i in half..<(curve.count - half - 1) {
            let next = smoothed(i + 1)
            slopes[i] = isAbove[i] ? next - current : 0
            current = next
        }
        return slopes
    }

    /// A Gaussian of σ = 1 frame, cut off and not normalised to sum 1, as the reference has it; [1] below a stride of 3.
    private static func smoothingTaps(stride: Int) -> [Float] {
        if stride < 3 { return [1] }
        let centre: Float = 0.398_942_3  // 1/√(2π)
        let side: Float = 0.241_970_72  // exp(−½)/√(2π)
        return stride == 3 ? [centre] : [side, centre, side]
    }
}
