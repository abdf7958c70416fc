internal import Base
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
        let looks = view.looks(at: picture, time)
        let vectors = await engine.encode(looks.map(\.picture))
        return FrameEncoding(
            time: time, looks: zip(looks, vectors).map { FrameEncoding.Look(box: $0.box, values: $1) })
    }
}
