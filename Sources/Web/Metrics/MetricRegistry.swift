internal import Base
public import CoreMetrics

/// Metrics in memory, for Prometheus to fetch: a backend of swift-metrics that keeps the families of `MetricCatalogue` and
/// nothing else, each with a bounded number of series.
///
/// Labels come from the configuration (cameras) and from closed lists (kinds, reasons), so the bound is a safety net: what is
/// beyond is dropped and counted.
public final class MetricRegistry: MetricsFactory, Sendable {
    /// Series of one family.
    private static let mostSeries = 1024

    typealias Labels = [String: String]

    struct Histogram: Sendable {
        var counts: [Int64]
        var sum = 0.0
        var count: Int64 = 0
    }

    enum Value: Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    private struct State {
        var series: [String: [Labels: Value]] = [:]
        var dropped = 0.0
    }

    private let state = Locked(State())

    /// Nothing measured yet.
    public init() {}

    /// Replaces every series of a gauge or counter: what is kept elsewhere and read when Prometheus asks. A camera that is
    /// gone is gone from it too.
    public func report(_ name: String, _ values: [([String: String], Double)]) {
        var series: [Labels: Value] = [:]
        for (labels, value) in values.prefix(Self.mostSeries) { series[labels] = .number(value) }
        state.withLock { state in
            state.dropped += Double(max(0, values.count - Self.mostSeries))
            state.series[name] = series
        }
    }

    /// Every family: its name, its kind and what it means.
    public static var families: [(name: String, kind: String, help: String)] {
        MetricCatalogue.all.map { ($0.name, $0.kind.rawValue, $0.help) }
    }

    /// Everything in Prometheus' text form 0.0.4.
    public var text: String {
        let (series, dropped) = state.withLock { ($0.series, $0.dropped) }
        var all = series
        all["alertd_metric_series_dropped_total"] = [[:]: .number(dropped)]
        return PrometheusText.of(all)
    }

    fileprivate func change(_ name: String, _ labels: Labels, _ body: (inout Double) -> Void) {
        guard MetricCatalogue.byName[name] != nil else { return }
        state.withLock { state in
            guard Self.hasRoom(name, labels, &state) else { return }
            var number = 0.0
            if case .number(let known) = state.series[name]?[labels] { number = known }
            body(&number)
            state.series[name, default: [:]][labels] = .number(number)
        }
    }

    fileprivate func observe(_ name: String, _ labels: Labels, _ value: Double) {
        guard let family = MetricCatalogue.byName[name], family.kind == .histogram, value.isFinite else { return }
        state.withLock { state in
            guard Self.hasRoom(name, labels, &state) else { return }
            var histogram = Histogram(counts: [Int64](repeating: 0, count: family.buckets.count))
            if case .histogram(let known) = state.series[name]?[labels] { histogram = known }
            if let index = family.buckets.firstIndex(where: { value <= $0 }) { histogram.counts[index] += 1 }
            histogram.sum += value
            histogram.count += 1
            state.series[name, default: [:]][labels] = .histogram(histogram)
        }
    }

    private static func hasRoom(_ name: String, _ labels: Labels, _ state: inout State) -> Bool {
        let known = state.series[name]
        if known?[labels] != nil || (known?.count ?? 0) < mostSeries { return true }
        state.dropped += 1
        return false
    }
}

/// What swift-metrics asks of a backend.
extension MetricRegistry {
    /// See `MetricsFactory`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handle(self, label, dimensions)
    }
    /// See `MetricsFactory`.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { Handle(self, label, dimensions) }
    /// See `MetricsFactory`.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handle(self, label, dimensions)
    }
    /// See `MetricsFactory`.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { Handle(self, label, dimensions) }
    /// See `MetricsFactory`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handle(self, label, dimensions)
    }
    /// Series stay: Prometheus counts on it.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Series stay.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Series stay.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Series stay.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Series stay.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

/// One series.
private final class Handle: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let registry: MetricRegistry
    private let name: String
    private let labels: MetricRegistry.Labels

    init(_ registry: MetricRegistry, _ name: String, _ dimensions: [(String, String)]) {
        (self.registry, self.name) = (registry, name)
        labels = Dictionary(dimensions, uniquingKeysWith: { $1 })
    }

    func increment(by amount: Int64) { registry.change(name, labels) { $0 += Double(amount) } }
    func increment(by amount: Double) { registry.change(name, labels) { $0 += amount } }
    func decrement(by amount: Double) { registry.change(name, labels) { $0 -= amount } }
    func set(_ value: Int64) { registry.change(name, labels) { $0 = Double(value) } }
    func set(_ value: Double) { registry.change(name, labels) { $0 = value } }
    func reset() { registry.change(name, labels) { $0 = 0 } }
    func record(_ value: Int64) { registry.observe(name, labels, Double(value)) }
    func record(_ value: Double) { registry.observe(name, labels, value) }
    func recordNanoseconds(_ duration: Int64) { registry.observe(name, labels, Double(duration) / 1e9) }
}
