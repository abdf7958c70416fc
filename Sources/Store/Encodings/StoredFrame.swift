import Base

/// A frame's encoding in the precision of the files.
struct StoredFrame: Sendable, Equatable {
    /// One look: its box, its vector, and how it moved, if that is known.
    struct Look: Sendable, Equatable {
        let box: Box
        let vector: QuantizedVector
        let velocity: Velocity?
    }

    /// Frames whose vectors lie closer than this are the same picture: about what rounding to 8 bits moves a vector of
    /// length 1 (measured in docs/design/08-store.md).
    static let stillDistance: Float = 0.01

    let time: WallTime
    let looks: [Look]

    init(time: WallTime, looks: [Look]) {
        self.time = time
        self.looks = looks
    }

    /// Rounds `encoding`. Throws ``StoreError/invalidValue(what:why:)`` for what cannot be read back.
    init(_ encoding: FrameEncoding, dimension: Int) throws(StoreError) {
        let what = "an encoding at \(encoding.time)"
        guard encoding.looks.count <= EncodingFormat.mostLooks else {
            throw .invalidValue(what: what, why: "\(encoding.looks.count) looks")
        }
        var looks: [Look] = []
        for look in encoding.looks {
            guard look.values.count == dimension else {
                throw .invalidValue(what: what, why: "\(look.values.count) values instead of \(dimension)")
            }
            guard let vector = QuantizedVector(look.values) else {
                throw .invalidValue(what: what, why: "its values are not finite, or beyond 65504")
            }
            guard look.velocity.map({ $0.right.isFinite && $0.down.isFinite }) ?? true else {
                throw .invalidValue(what: what, why: "its velocity is not finite")
            }
            looks.append(Look(box: look.box.rounded, vector: vector, velocity: look.velocity))
        }
        self.init(time: encoding.time, looks: looks)
    }

    /// Whether any of its looks knows how it moved.
    var hasVelocities: Bool { looks.contains { $0.velocity != nil } }

    /// Whether this frame shows the same as `other` as far as anybody can tell.
    func isStill(after other: StoredFrame) -> Bool {
        guard looks.count == other.looks.count else { return false }
        return zip(looks, other.looks).allSatisfy { mine, theirs in
            mine.box == theirs.box && mine.velocity == theirs.velocity
                && mine.vector.squaredDistance(to: theirs.vector) <= Self.stillDistance * Self.stillDistance
        }
    }

    /// The encoding.
    var encoding: FrameEncoding {
        FrameEncoding(
            time: time,
            looks: looks.map { FrameEncoding.Look(box: $0.box, values: $0.vector.vector, velocity: $0.velocity) })
    }
}

extension Box {
    /// The box with edges as 32-bit floats hold them.
    fileprivate var rounded: Box {
        Box(
            left: Double(Float(left)), top: Double(Float(top)), right: Double(Float(right)),
            bottom: Double(Float(bottom)))
    }
}

extension WallTime {
    /// The beginning of the minute that this moment is in.
    var minute: WallTime {
        let remainder = microseconds % 60_000_000
        let (start, overflow) = microseconds.subtractingReportingOverflow(
            remainder < 0 ? remainder + 60_000_000 : remainder)
        return overflow ? self : WallTime(microseconds: start)
    }
}
