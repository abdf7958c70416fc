package import Base
internal import VLM

/// Lays the frames of a recording out in clips of two seconds, 30 frames a second, as SlowFast's published features were
/// extracted (ffmpeg's `fps` filter): each place shows the last frame that began by then, rounded to the nearest place.
package struct MotionClips: Sendable {
    /// Two seconds of a recording.
    package struct Clip: Sendable {
        /// The clip's places, brought to size.
        package let frames: [Picture]
        /// The picture at the clip's middle, as it was read.
        package let middle: Picture
        /// Frames a second of the recording itself, rounded down.
        package let rate: Int
    }

    /// Places a second.
    static let placesPerSecond = 30.0
    /// A picture that stands for a clip is the last one of its first half.
    private static let middle = SlowFast.clipFrames / 2 - 1

    private let sized: @Sendable (Picture) -> Picture
    private var latest: (whole: Picture, sized: Picture)?
    /// The places of the clip under way, and the picture at its middle.
    private var frames: [Picture] = []
    private var middle: Picture?
    /// Places of all clips before.
    private var before = 0
    private var (first, last, count) = (0.0, 0.0, 0)

    /// Clips of pictures that `sized` brings to size.
    package init(sized: @escaping @Sendable (Picture) -> Picture) { self.sized = sized }

    /// The clips that are whole now that a frame begins at `seconds`; times rise.
    package mutating func add(_ picture: Picture, seconds: Double) -> [Clip] {
        if count == 0 { first = seconds }
        (last, count) = (seconds, count + 1)
        let whole = fill(through: Int(((seconds - first) * Self.placesPerSecond).rounded()))
        latest = (picture, sized(picture))
        return whole
    }

    /// The last clips of a recording of `seconds`: the last frame fills its second, and that second the clip.
    package mutating func finish(seconds: Double) -> [Clip] {
        guard latest != nil else { return [] }
        let end = max(1, Int((seconds * Self.placesPerSecond).rounded()))
        var clips = fill(through: end)
        guard let still = frames.last, let latest else { return clips }
        let second = Int(Self.placesPerSecond)
        while frames.count % second != 0 { frames.append(still) }
        if frames.count < SlowFast.clipFrames { frames += frames.suffix(second) }
        clips.append(clip(middle ?? latest.whole))
        frames = []
        return clips
    }

    /// Shows the latest frame at every place before `place`, counted from the recording's begin.
    private mutating func fill(through place: Int) -> [Clip] {
        guard let latest else { return [] }
        var clips: [Clip] = []
        while before + frames.count < place {
            if frames.count == Self.middle { middle = latest.whole }
            frames.append(latest.sized)
            guard frames.count == SlowFast.clipFrames else { continue }
            clips.append(clip(middle ?? latest.whole))
            before += frames.count
            (frames, middle) = ([], nil)
        }
        return clips
    }

    private func clip(_ middle: Picture) -> Clip {
        let interval = count > 1 ? (last - first) / Double(count - 1) : 1 / Self.placesPerSecond
        return Clip(frames: frames, middle: middle, rate: max(1, Int(1 / max(interval, 1e-3) + 0.005)))
    }
}
