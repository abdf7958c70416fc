package import Base
internal import Foundation

/// A stream of ratings without a view of the future: a reply that cannot be read holds the last rating, which decays.
package struct HeldRating: Sendable {
    /// Seconds after which a held rating has fallen to 1/e.
    private let decay: Double
    private var last: (time: WallTime, value: Double)?
    /// Replies that could not be read.
    package private(set) var failures = 0

    /// `decay` in seconds.
    package init(decay: Double = 30) {
        precondition(decay > 0, "decay \(decay)")
        self.decay = decay
    }

    /// The rating at `time`; 0 before the first that could be read.
    package mutating func take(_ reply: String, at time: WallTime) -> Double {
        if let rating = Rating.lenient(reply) {
            last = (time, rating)
            return rating
        }
        failures += 1
        guard let last else { return 0 }
        return last.value * exp(-max(0, time.seconds(since: last.time)) / decay)
    }
}
