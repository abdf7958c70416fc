/// Prometheus' text exposition format, version 0.0.4.
enum PrometheusText {
    /// Every family of the catalogue that has a series, by name.
    static func of(_ series: [String: [MetricRegistry.Labels: MetricRegistry.Value]]) -> String {
        var text = ""
        for family in MetricCatalogue.all.sorted(by: { $0.name < $1.name }) {
            guard let values = series[family.name], !values.isEmpty else { continue }
            text += "# HELP \(family.name) \(escaped(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for (labels, value) in values.sorted(by: { order($0.key) < order($1.key) }) {
                switch value {
                case .number(let number): text += line(family.name, labels, number)
                case .histogram(let histogram): text += lines(family, labels, histogram)
                }
            }
        }
        return text
    }

    private static func lines(
        _ family: MetricCatalogue.Family, _ labels: MetricRegistry.Labels, _ histogram: MetricRegistry.Histogram
    ) -> String {
        var text = ""
        var sum: Int64 = 0
        for (bound, count) in zip(family.buckets, histogram.counts) {
            sum += count
            text += line(family.name + "_bucket", labels.merging(["le": number(bound)]) { $1 }, Double(sum))
        }
        text += line(family.name + "_bucket", labels.merging(["le": "+Inf"]) { $1 }, Double(histogram.count))
        text += line(family.name + "_sum", labels, histogram.sum)
        return text + line(family.name + "_count", labels, Double(histogram.count))
    }

    private static func line(_ name: String, _ labels: MetricRegistry.Labels, _ value: Double) -> String {
        let inside = labels.sorted { $0.key < $1.key }.map { "\($0)=\"\(quoted($1))\"" }.joined(separator: ",")
        return name + (inside.isEmpty ? "" : "{\(inside)}") + " \(number(value))\n"
    }

    private static func order(_ labels: MetricRegistry.Labels) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func quoted(_ text: String) -> String { escaped(text).replacing("\"", with: "\\\"") }
}
