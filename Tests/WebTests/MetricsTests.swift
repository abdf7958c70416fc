import CoreMetrics
import Foundation
import TestSupport
import Testing
import Web

@Suite("Metrics", .timeLimit(.minutes(5)))
struct MetricsTests {
    @Test("counters, gauges and histograms have Prometheus' form")
    func form() {
        let registry = MetricRegistry()
        Counter(
            label: "alertd_events_total", dimensions: [("camera", "gate"), ("kind", "query")], factory: registry
        ).increment(by: 3)
        let timer = Timer(label: "alertd_db_write_seconds", factory: registry)
        for milliseconds in [1, 30, 20_000] { timer.recordMilliseconds(milliseconds) }
        registry.report("alertd_camera_up", [(["camera": "a\"b\\c\nd"], 1), (["camera": "yard"], 0)])
        let text = registry.text
        #expect(text.contains("# TYPE alertd_events_total counter\n"))
        #expect(text.contains("alertd_events_total{camera=\"gate\",kind=\"query\"} 3\n"))
        #expect(text.contains("alertd_camera_up{camera=\"a\\\"b\\\\c\\nd\"} 1\n"))
        #expect(text.contains("alertd_db_write_seconds_bucket{le=\"0.001\"} 1\n"))
        #expect(text.contains("alertd_db_write_seconds_bucket{le=\"0.05\"} 2\n"))
        #expect(text.contains("alertd_db_write_seconds_bucket{le=\"10\"} 2\n"))
        #expect(text.contains("alertd_db_write_seconds_bucket{le=\"+Inf\"} 3\n"))
        #expect(text.contains("alertd_db_write_seconds_sum 20.031\n"))
        #expect(text.contains("alertd_db_write_seconds_count 3\n"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("the reference explains every family, and dashboard and rules use no other")
    func documented() throws {
        func read(_ path: String) throws -> String {
            try String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)
        }
        let page = try read("docs/ref/metrics.md")
        for family in MetricRegistry.families {
            #expect(
                page.contains("| `\(family.name)` | \(family.kind) |") && page.contains(family.help), "\(family.name)")
        }
        let known = Set(MetricRegistry.families.map(\.name))
        for file in ["contrib/prometheus/alertd.rules.yml", "contrib/grafana/alertd.json"] {
            let used = try read(file).matches(of: /\balertd_[a-z_]+/).map { String($0.output) }
            #expect(used.count > 5)
            for name in used where !known.contains(name) {
                #expect(known.contains(String(name.dropLast("_bucket".count))), "\(file): \(name)")
            }
        }
    }

    @Test("a camera that is gone is gone, and what is read elsewhere replaces what was")
    func replaced() {
        let registry = MetricRegistry()
        registry.report("alertd_camera_up", [(["camera": "gate"], 1)])
        registry.report("alertd_camera_up", [(["camera": "yard"], 1)])
        #expect(!registry.text.contains("gate"))
    }

    @Test("labels are bounded, and metrics of others are not kept")
    func bounded() {
        let registry = MetricRegistry()
        for number in 0..<1500 {
            Counter(label: "alertd_events_total", dimensions: [("camera", "c\(number)")], factory: registry).increment()
        }
        Counter(label: "somebody_elses_total", factory: registry).increment()
        let text = registry.text
        #expect(text.split(separator: "\n").count { $0.hasPrefix("alertd_events_total{") } == 1024)
        #expect(text.contains("alertd_metric_series_dropped_total 476\n"))
        #expect(!text.contains("somebody"))
    }
}
