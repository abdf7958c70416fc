/// Numbers as they are printed.
public enum Rounded {
    /// Seconds to the millisecond.
    public static func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    /// Cosines to six decimals, so that ranks are kept.
    public static func cosine(_ value: Double) -> Double { (value * 1_000_000).rounded() / 1_000_000 }

    /// Scores to four decimals.
    public static func score(_ score: Double) -> Double { (score * 10_000).rounded() / 10_000 }
}
