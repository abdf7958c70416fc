internal import Foundation

/// How far events rose that a person judged to be nothing: the level is raised until no more of them than a day's ceiling would be
/// told again.
struct RejectedEvents: Sendable, Equatable, Codable {
    private struct Rejection: Equatable, Codable {
        let cosine: Float
        let seconds: Double
    }

    /// Most events remembered, the newest.
    private static let limit = 64
    /// The level lies this far above the event that it must not let through: less than a bin of a histogram.
    private static let margin: Float = 0.001

    private var rejections: [Rejection] = []

    /// An event at `seconds` that rose to `cosine` was nothing; said twice, it counts once.
    mutating func add(_ cosine: Float, at seconds: Double) {
        remove(at: seconds)
        rejections.append(Rejection(cosine: cosine, seconds: seconds))
        if rejections.count > Self.limit { rejections.removeFirst() }
    }

    /// The event at `seconds` was something after all.
    mutating func remove(at seconds: Double) { rejections.removeAll { $0.seconds == seconds } }

    /// The cosine below which a frame must not open an event at `now`; nil while no more than `allowed` were rejected, those of a
    /// half-life ago counting half.
    func level(allowed: Double, halfLife: Double, now: Double) -> Float? {
        var room = allowed
        for rejection in rejections.sorted(by: { $0.cosine > $1.cosine }) {
            room -= exp2(-max(0, now - rejection.seconds) / halfLife)
            if room < 0 { return rejection.cosine + Self.margin }
        }
        return nil
    }
}
