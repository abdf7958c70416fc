package import Base
internal import Grounding

/// One camera's way from a picture to its encoding: what moved is found, shown to the encoder, and encoded in one job.
struct FrameEncoder: Sendable {
    private let engine: InferenceEngine
    private var view: CameraView

    init(engine: InferenceEngine) {
        self.engine = engine
        view = CameraView(engine.constants.view)
    }

    /// The encoding of the camera's next picture, seen at `time`.
    mutating func encode(_ picture: Picture, at time: WallTime) async -> FrameEncoding {
        await engine.encode(view.looks(at: picture, time), at: time)
    }
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
