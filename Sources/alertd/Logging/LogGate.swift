/// Bounds how many lines of one kind reach the log: a value type, no clock of its own.
///
/// Lines of one place in the code share a bucket of ten, which fills up again by one in six seconds; what does not fit is
/// counted, and the next line that fits says how many were left out.
struct LogGate: Sendable {
    private struct Bucket: Sendable {
        var tokens = LogGate.size
        var filledAt: Double
        var leftOut = 0
    }

    private static let size = 10.0
    private static let tokensPerSecond = 1.0 / 6
    private static let mostBuckets = 1000

    private var buckets: [String: Bucket] = [:]

    /// Whether a line from `place` passes at `seconds` on a clock that never jumps, and how many before it did not; nil
    /// when it does not.
    mutating func pass(_ place: String, at seconds: Double) -> Int? {
        if buckets.count >= Self.mostBuckets, buckets[place] == nil { buckets = [:] }
        var bucket = buckets[place] ?? Bucket(filledAt: seconds)
        bucket.tokens = min(Self.size, bucket.tokens + (seconds - bucket.filledAt) * Self.tokensPerSecond)
        bucket.filledAt = seconds
        defer { buckets[place] = bucket }
        guard bucket.tokens >= 1 else {
            bucket.leftOut += 1
            return nil
        }
        bucket.tokens -= 1
        defer { bucket.leftOut = 0 }
        return bucket.leftOut
    }
}
