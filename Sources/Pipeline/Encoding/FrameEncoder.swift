package import Base
internal import Grounding

/// One camera's way from a picture to its encoding: what moved is found, and what of it changed is encoded in one job.
package struct FrameEncoder: Sendable {
    private let engine: InferenceEngine
    private var view: CameraView
    private var reuse: EncodingReuse?

    /// Encodes every picture without `reuse`.
    package init(engine: InferenceEngine, reuse: EncodingReuse? = nil) {
        (self.engine, self.reuse) = (engine, reuse)
        view = CameraView(engine.constants.view)
    }

    /// The encoding of the camera's next picture, seen at `time`, and whether it is that of an earlier one. `motion` says
    /// how its parts move, if that is known; a picture that shows what an earlier one showed stands.
    package mutating func encode(
        _ picture: Picture, motion: MotionField? = nil, at time: WallTime
    ) async -> (encoding: FrameEncoding, isReused: Bool) {
        // The background follows every picture, whether or not it is encoded.
        let looks = view.looks(at: picture, time)
        var known = [FrameEncoding.Look?](repeating: nil, count: looks.count)
        switch reuse?.plan(looks.map(\.box), of: picture, at: time) {
        case .repeated(let looks):
            let standing = looks.map { $0.moving { _ in motion == nil ? nil : .zero } }
            return (FrameEncoding(time: time, looks: standing), true)
        case .encode(let looks): known = looks
        case nil: break
        }
        var fresh = await engine.encode(zip(looks, known).filter { $1 == nil }.map(\.0), at: time).looks[...]
        let seen = known.compactMap { $0 ?? fresh.popFirst() }
        let encoding = FrameEncoding(time: time, looks: seen.map { $0.moving { motion?.velocity(in: $0) } })
        reuse?.encoded(encoding.looks, at: time)
        return (encoding, false)
    }

    /// Nothing was seen after the last picture.
    mutating func interrupt() { reuse?.interrupt() }

    /// Looks on from where `earlier` looked, with its background.
    mutating func keepView(of earlier: FrameEncoder) { view = earlier.view }
}

extension FrameEncoding.Look {
    /// The same look, moving as `velocity` says of its box; the whole picture moves nowhere.
    fileprivate func moving(_ velocity: (Box) -> Velocity?) -> FrameEncoding.Look {
        FrameEncoding.Look(box: box, values: values, velocity: box == .whole ? nil : velocity(box))
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
