internal import Base
internal import Ingest

/// Whether a camera's next picture needs an encoding of its own, or shows what the one encoded last showed.
struct EncodingReuse: Sendable {
    private var gate: ChangeGate
    private var looks: [FrameEncoding.Look] = []

    /// Nothing encoded yet; what `mask` covers never counts as a change.
    init(mask: PrivacyMask = .none) { gate = ChangeGate(isMasked: { mask.covers(x: $0, y: $1) }) }

    /// The looks to use again for the picture of `time`; nil when it must be encoded, and given to ``encoded(_:)`` then.
    mutating func looks(for picture: Picture, at time: WallTime) -> [FrameEncoding.Look]? {
        if case .reuse = gate.decide(picture, at: time), !looks.isEmpty { return looks }
        return nil
    }

    /// What the picture last asked about was encoded as.
    mutating func encoded(_ looks: [FrameEncoding.Look]) { self.looks = looks }

    /// Nothing was seen after the last picture: the next one is encoded.
    mutating func interrupt() {
        gate.reset()
        looks = []
    }
}
