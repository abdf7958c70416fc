internal import Base
internal import Grounding

/// How one camera's frames are shown to the encoder: the whole picture, or looks at what moved.
struct CameraView: Sendable {
    /// Seconds between the pictures that the background follows; the rates of ``ForegroundSettings`` are meant for it.
    private static let followInterval = 1.0

    private let kind: GroundingConstants.View
    private let crop = LookCrop()
    private let frame = FrameLooks()
    private var background = BackgroundPicture()
    private var followedAt: WallTime?

    init(_ kind: GroundingConstants.View) { self.kind = kind }

    /// The views of the next frame, at least one, each with its place in the picture.
    mutating func looks(at picture: Picture, _ time: WallTime) -> [(box: Box, picture: Picture)] {
        switch kind {
        case .frame: return [(.whole, picture)]
        case .foreground:
            let foreground = background.advance(picture, follows: follows(at: time))
            return crop.looks(at: picture, foreground).map { ($0.box, $0.pixels.picture) }
        case .regions:
            let foreground = background.advance(picture, follows: follows(at: time))
            return frame.looks(at: picture, foreground.boxes)
        }
    }

    /// Whether the background follows the picture of `time`; a little early is close enough, so that 1 frame/s always
    /// does.
    private mutating func follows(at time: WallTime) -> Bool {
        if let followedAt, abs(time.seconds(since: followedAt)) < 0.9 * Self.followInterval { return false }
        followedAt = time
        return true
    }
}
