package import Base
package import Ingest

/// Which of a camera's looks at its next picture need an encoding of their own: none while the picture shows what the one
/// encoded last showed, else those around which something changed.
package struct EncodingReuse: Sendable {
    /// What to do with the looks at a picture.
    package enum Plan: Sendable, Equatable {
        /// The picture shows what the one encoded last showed: these looks stand for it too.
        case repeated([FrameEncoding.Look])
        /// One entry a look: what it was encoded as, or nil for a look that must be encoded. Tell
        /// ``EncodingReuse/encoded(_:at:)`` the result.
        case encode([FrameEncoding.Look?])
    }

    /// An encoded look, and when that was.
    private struct Known: Sendable {
        let look: FrameEncoding.Look
        let time: WallTime
    }

    /// Two boxes that overlap by this much show the same thing, as long as nothing around it changed.
    private static let sameBox = 0.8

    private let settings = GateSettings()
    private var gate: ChangeGate
    private var known: [Known] = []
    /// Of the looks last planned, when those that are known already were encoded.
    private var planned: [WallTime?] = []

    /// Nothing encoded yet; what `mask` covers never counts as a change.
    package init(mask: PrivacyMask = .none) {
        gate = ChangeGate(settings, isMasked: { mask.covers(x: $0, y: $1) })
    }

    /// What to do with the looks in `boxes` at the picture of `time`; the first look is that of the whole, or of all that
    /// moved, and is encoded with every picture that is not repeated.
    package mutating func plan(_ boxes: [Box], of picture: Picture, at time: WallTime) -> Plan {
        let decision = gate.decide(picture, at: time)
        if case .reuse = decision, !known.isEmpty { return .repeated(known.map(\.look)) }
        var looks = [Known?](repeating: nil, count: boxes.count)
        if case .encode(.changed, let regions) = decision {
            for index in boxes.indices.dropFirst() {
                looks[index] = unchanged(boxes[index], of: picture, at: time, apartFrom: regions)
            }
        }
        planned = looks.map { $0?.time }
        return .encode(looks.map { $0?.look })
    }

    /// What the looks that were planned at `time` are encoded as.
    package mutating func encoded(_ looks: [FrameEncoding.Look], at time: WallTime) {
        known = zip(looks, planned).map { Known(look: $0, time: $1 ?? time) }
    }

    /// Nothing was seen after the last picture: the next one is encoded.
    package mutating func interrupt() {
        gate.reset()
        (known, planned) = ([], [])
    }

    /// The earlier look at a thing that stands where it stood, if nothing changed in all that the look shows and it is not too
    /// old; in its present box.
    private func unchanged(
        _ box: Box, of picture: Picture, at time: WallTime, apartFrom regions: [Box]
    ) -> Known? {
        let shown = PixelSquare(around: box, width: picture.width, height: picture.height)
        guard !regions.contains(where: { shown.touches($0, width: picture.width, height: picture.height) }) else {
            return nil
        }
        // A single look is that of the one thing that moved.
        let earlier = known.count == 1 ? known[...] : known.dropFirst()
        let same = earlier.first { earlier in
            (0..<settings.refreshAfter).contains(time.seconds(since: earlier.time))
                && Self.overlap(earlier.look.box, box) >= Self.sameBox
        }
        return same.map { Known(look: FrameEncoding.Look(box: box, values: $0.look.values), time: $0.time) }
    }

    /// Intersection over union.
    private static func overlap(_ one: Box, _ other: Box) -> Double {
        let width = min(one.right, other.right) - max(one.left, other.left)
        let height = min(one.bottom, other.bottom) - max(one.top, other.top)
        guard width > 0, height > 0 else { return 0 }
        func area(_ box: Box) -> Double { (box.right - box.left) * (box.bottom - box.top) }
        return width * height / (area(one) + area(other) - width * height)
    }
}
