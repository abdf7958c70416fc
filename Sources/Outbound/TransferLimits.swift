/// How long a transfer may take and how much may come.
public struct TransferLimits: Sendable, Equatable {
    /// Longest wait for a connection, its TLS handshake included.
    public var connect: Duration
    /// Longest whole transfer; nil for any length, as long as enough bytes come.
    public var total: Duration?
    /// Fewest bytes a second, on average over ``stall``.
    public var slowestBytesPerSecond: Int
    /// How long it may be slower than that, in whole seconds.
    public var stall: Duration
    /// Most bytes of a reply's body.
    public var bytes: Int64

    /// Ten seconds to connect, a minute in all, 16 MiB.
    public init(
        connect: Duration = .seconds(10), total: Duration? = .seconds(60), slowestBytesPerSecond: Int = 1,
        stall: Duration = .seconds(30), bytes: Int64 = 16 << 20
    ) {
        (self.connect, self.total, self.bytes) = (connect, total, bytes)
        (self.slowestBytesPerSecond, self.stall) = (slowestBytesPerSecond, stall)
    }

    /// Every impossible value, as a sentence each; empty when all is well.
    public func validate() -> [String] {
        var problems: [String] = []
        if connect < .milliseconds(1) || connect > .seconds(86_400) {
            problems.append("the time to connect must lie in 0.001–86400 s")
        }
        if let total, total < .milliseconds(1) || total > .seconds(30 * 86_400) {
            problems.append("the time of the whole transfer must lie in 0.001 s–30 days")
        }
        if stall < .seconds(1) || stall > .seconds(86_400) { problems.append("the stall must lie in 1–86400 s") }
        if slowestBytesPerSecond < 1 { problems.append("at least 1 byte a second must come") }
        if bytes < 0 { problems.append("a size cannot be negative") }
        return problems
    }
}
