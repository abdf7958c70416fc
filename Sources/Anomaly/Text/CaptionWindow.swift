/// Which frames around a moment are looked at together (LAVAD: Zanella et al., CVPR 2024).
package struct CaptionWindow: Sendable, Equatable {
    /// Length in frames: ⌊seconds · frames a second⌋.
    package let frames: Int
    /// Frames taken from a window.
    package let samples: Int

    /// The published form has 10 s and 10 samples. A window of no frames or samples is a programmer's error.
    package init(seconds: Double = 10, framesPerSecond: Double, samples: Int = 10) {
        let frames = seconds * framesPerSecond
        precondition(
            frames >= 0 && frames < 1e9 && samples > 0, "\(seconds) s at \(framesPerSecond), \(samples) samples")
        self.frames = Int(frames)
        self.samples = samples
    }

    /// Positions in the window `[centre − frames/2, centre + frames/2)`, cut to the video. Looks ahead by half its length.
    package func centred(at centre: Int, count: Int) -> [Int] {
        sampled(from: max(centre - frames / 2, 0), to: min(centre + frames / 2, count))
    }

    /// Positions in the window `(end − frames, end]`: the causal form, which needs no future.
    package func trailing(endingAt end: Int) -> [Int] { sampled(from: max(end - frames + 1, 0), to: end + 1) }

    private func sampled(from start: Int, to end: Int) -> [Int] {
        let length = max(0, end - start)
        if samples >= length { return Array(start..<start + length) }
        guard samples > 1 else { return [start] }
        let step = Double(length - 1) / Double(samples - 1)
        // As numpy's linspace: the last position is exact, the others are multiples of the step.
        return (0..<samples).map { $0 == samples - 1 ? end - 1 : start + Int(Double($0) * step) }
    }
}
