internal import Base
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
        let vectors = await engine.encode(looks.map(\.picture))
        let encoded = zip(looks, vectors).map { FrameEncoding.Look(box: $0.box, values: $1) }
        reuse?.encoded(encoded)
        return (FrameEncoding(time: time, looks: encoded), false)
    }

    /// Nothing was seen after the last picture.
    mutating func interrupt() { reuse?.interrupt() }
}
