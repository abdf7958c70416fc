internal import Base

/// Where the time of a forward pass goes, by kind of operation, as the thread that runs the model sees it.
///
///     let profile = OperationProfile()
///     let vectors = profile.record { model.encode(pictures: pictures) }
public final class OperationProfile: Sendable {
    /// What is told apart; what belongs to none of them is the rest of the pass.
    public enum Operation: String, Sendable, CaseIterable {
        /// Matrix products of linear layers, with their bias and activation.
        case product
        /// Arranging rows for a product; for a product of bytes, finding the bytes too.
        case preparation
        /// Scores, softmax and sums of attention.
        case attention
        /// Layer norms.
        case norm
        /// Activation functions that are not part of a product.
        case activation
    }

    @TaskLocal private static var current: OperationProfile?
    private let totals = Locked<[Operation: Duration]>([:])

    /// A profile without a record.
    public init() {}

    /// Time spent so far, by operation.
    public var durations: [Operation: Duration] { totals.withLock { $0 } }

    /// Runs `body` and adds the times of its operations.
    public func record<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$current.withValue(self, operation: body)
    }

    /// Runs `body`, an `operation`, and notes its time when somebody asked for a profile.
    static func measure<Result>(_ operation: Operation, _ body: () -> Result) -> Result {
        guard let current else { return body() }
        let start = ContinuousClock.now
        let result = body()
        let time = ContinuousClock.now - start
        current.totals.withLock { $0[operation, default: .zero] += time }
        return result
    }
}
