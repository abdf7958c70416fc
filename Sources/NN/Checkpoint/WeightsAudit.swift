/// What a loading model misses in its weights, written down instead of thrown, so that all of it can be shown at once. Used
/// on one thread.
public final class WeightsAudit {
    /// Keys that the model asked for and the files do not hold.
    public private(set) var missing: [String] = []
    /// Keys that nothing asked for.
    public private(set) var unknown: [String] = []
    /// Tensors of another shape or format than the configuration promises, or with NaN.
    public private(set) var unfit: [WeightsError] = []
    /// How many numbers may still stand in for what is missing; the configuration, which nobody has checked against
    /// weights, says how large they are.
    private var budget = 1 << 26

    /// An audit that has seen nothing.
    public init() {}

    /// Notes a refused tensor; false when it cannot be replaced by zeros of `shape`.
    func accepts(_ error: WeightsError, shape: [Int]) -> Bool {
        switch error {
        case .missingKey(_, let key): missing.append(key)
        case .wrongShape, .wrongType, .notFinite: unfit.append(error)
        default: return false
        }
        var count = 1
        for extent in shape {
            let product = count.multipliedReportingOverflow(by: extent)
            guard !product.overflow else { return false }
            count = product.partialValue
        }
        budget -= min(count, budget + 1)
        return budget >= 0
    }

    func note(unknown keys: [String]) { unknown += keys }
}
