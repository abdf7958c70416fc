/// How long a pull waits before it tries again, and when it gives up: a value, told of each failure.
public struct RetryPolicy: Sendable, Equatable {
    /// Tries without a byte of progress before it is given up.
    private static let mostFutileTries = 5
    /// Longest wait that a server may ask for.
    private static let longestWait = Duration.seconds(120)

    private var futileTries = 0

    /// A policy that has seen no failure.
    public init() {}

    /// How long to wait after a try that failed having brought `bytes`, when the server asked to wait for `asked`; nil when
    /// it is to be given up.
    public mutating func wait(afterBringing bytes: Int64, asked: Duration?) -> Duration? {
        futileTries = bytes > 0 ? 0 : futileTries + 1
        guard futileTries < Self.mostFutileTries else { return nil }
        if let asked { return asked > Self.longestWait ? nil : max(asked, .zero) }
        return .milliseconds(250 << min(futileTries, 6))
    }
}
