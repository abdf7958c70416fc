package import Base
internal import Grounding

/// One camera's way from a picture to its encoding: what moved is found, shown to the encoder, and encoded in one job.
struct FrameEncoder: Sendable {
    private let engine: InferenceEngine
    private var view: CameraView
    private var reuse: EncodingReuse?

    /// Encodes every picture without `reuse`.
    init(engine: InferenceEngine, reuse: EncodingReuse? = nil) {
        (self.engine, self.reuse) = (engine, reuse)
        view = CameraView(engine.constants.view)
    }

    /// The encoding of the camera's next picture, seen at `time`, and whether it is that of an earlier one.
    mutating func encode(_ picture: Picture, at time: WallTime) async -> (encoding: FrameEncoding, isReused: Bool) {
        // The background follows every picture, whether or not it is encoded.
        let looks = view.looks(at: picture, time)
        if let looks = reuse?.looks(for: picture, at: time) { return (FrameEncoding(time: time, looks: looks), true) }
        let encoding = await engine.encode(looks, at: time)
        reuse?.encoded(encoding.looks)
        return (encoding, false)
    }

    /// Nothing was seen after the last picture.
    mutating func interrupt() { reuse?.interrupt() }
}

extension InferenceEngine {
    /// The encoding of `picture`, seen at `time`, with a crop around each of `boxes`, all in one batch; at most
    /// ``FrameLooks/most`` of them.
    package func encode(_ picture: Picture, boxes: [Box], at time: WallTime) -> FrameEncoding {
        encode(FrameLooks().looks(at: picture, boxes), at: time)
    }

    fileprivate func encode(_ looks: [(box: Box, picture: Picture)], at time: WallTime) -> FrameEncoding {
        let vectors = encode(looks.map(\.picture))
        return FrameEncoding(
            time: time, looks: zip(looks, vectors).map { FrameEncoding.Look(box: $0.box, values: $1) })
    }
}
