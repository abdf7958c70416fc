internal import VLM

/// Frames of a clip of any length, as many as memory can hold: of a longer clip every second, fourth … is kept.
struct ThinnedFrames {
    private static let most = 256

    /// Those kept, in their order.
    private(set) var frames: [ShownFrame] = []
    private var (step, number) = (1, 0)

    /// Takes the next frame, which is not made unless it is kept.
    mutating func append(_ frame: () -> ShownFrame) {
        defer { number += 1 }
        guard number % step == 0 else { return }
        frames.append(frame())
        guard frames.count > Self.most else { return }
        frames = frames.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        step *= 2
    }
}
