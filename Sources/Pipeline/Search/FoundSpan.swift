package import Base

/// A span that a search found, before it is an answer: what the pictures say, and what was written.
///
/// The rule that joins both: with the probability v that the pictures give and t that a description gives, the sentence holds with
/// 1 − (1 − v)(1 − t), as of two witnesses who err independently.
package struct FoundSpan: Sendable, Equatable {
    /// What a description says.
    package struct Told: Sendable, Equatable {
        /// The event.
        package let id: Int64
        package let camera: CameraID
        package let during: TimeSpan
        /// The probability that the sentence holds there.
        package let probability: Double

        package init(id: Int64, camera: CameraID, during: TimeSpan, probability: Double) {
            (self.id, self.camera, self.during, self.probability) = (id, camera, during, probability)
        }
    }

    package let camera: CameraID
    package let during: TimeSpan
    /// The probability that the pictures give; nil when they showed nothing.
    package let seen: Double?
    /// The event whose description fits best; nil when none does.
    package private(set) var told: Told?

    package init(camera: CameraID, during: TimeSpan, seen: Double) {
        (self.camera, self.during, self.seen) = (camera, during, seen)
    }

    package init(_ told: Told) { (camera, during, seen, self.told) = (told.camera, told.during, nil, told) }

    /// The probability that the sentence holds.
    package var score: Double { 1 - (1 - (seen ?? 0)) * (1 - (told?.probability ?? 0)) }

    package var cursor: SearchCursor { SearchCursor(score: score, start: during.start, camera: camera) }

    /// The spans that were seen, each with the best of what was told of a moment in it, and the events of which something was told
    /// while nothing was seen.
    package static func joined(_ seen: [FoundSpan], _ told: [Told]) -> [FoundSpan] {
        var spans = seen
        for event in told {
            let common = spans.indices.filter {
                spans[$0].seen != nil && spans[$0].camera == event.camera && spans[$0].during.overlaps(event.during)
            }
            for index in common where event.probability > spans[index].told?.probability ?? 0 {
                spans[index].told = event
            }
            if common.isEmpty { spans.append(FoundSpan(event)) }
        }
        return spans
    }
}
