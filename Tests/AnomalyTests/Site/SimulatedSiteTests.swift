import Anomaly
import Base
import Foundation
import Testing

/// Cameras that are simulated from seeds, faster than real time. Short by default; `scripts/simulate-site` sets what it
/// runs through the environment:
///
/// `ALERTD_SITE_SEEDS` (blank-separated), `ALERTD_SITE_CAMERAS`, `ALERTD_SITE_DAYS`, `ALERTD_SITE_CEILINGS`,
/// `ALERTD_SITE_STEP` (seconds between frames), `ALERTD_SITE_KINDS` (`regime`, `episode`).
@Suite("Simulated site", .timeLimit(.minutes(60)))
struct SimulatedSiteTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        let settings: SiteRun.Settings
        var testDescription: String { "\(kind), seed \(settings.seed), ceiling \(settings.ceilingPerDay)" }
    }

    private static func words(_ name: String, _ fallback: String) -> [String] {
        (ProcessInfo.processInfo.environment["ALERTD_SITE_" + name] ?? fallback).split(separator: " ").map(String.init)
    }

    private static func number(_ name: String, _ fallback: Double) -> Double {
        words(name, "").first.flatMap(Double.init) ?? fallback
    }

    static let isLong = ProcessInfo.processInfo.environment["ALERTD_SITE_SEEDS"] != nil

    static func cases() -> [Case] {
        words("KINDS", "regime episode").flatMap { kind in
            words("SEEDS", "11").compactMap(UInt64.init).flatMap { seed in
                words("CEILINGS", "1").compactMap(Double.init).map { ceiling in
                    var settings = SiteRun.Settings()
                    settings.seed = seed
                    settings.ceilingPerDay = ceiling
                    settings.cameras = Int(number("CAMERAS", 2))
                    settings.days = number("DAYS", 7)
                    settings.secondsPerFrame = number("STEP", 4)
                    settings.incidentEvery = isLong ? 1.5 : 0.15
                    return Case(kind: kind, settings: settings)
                }
            }
        }
    }

    @Test("keeps to the ceiling, finds medium incidents, never absorbs a long one silently", arguments: cases())
    func site(_ item: Case) throws {
        let start = ContinuousClock.now
        let run =
            try item.kind == "regime"
            ? SiteRun.run(RegimeCamera.self, item.settings) : SiteRun.run(EpisodeCamera.self, item.settings)
        let wall = ContinuousClock.now - start
        print(
            Self.summary(
                item, run, seconds: Double(wall.components.seconds) + 1e-18 * Double(wall.components.attoseconds)))
        let bounds = PoissonInterval(count: run.falseAlarms)
        #expect(
            bounds.lower / run.watchedDays <= item.settings.ceilingPerDay,
            "\(run.falseAlarms) false alarms in \(run.watchedDays) camera-days")
        if item.settings.ceilingPerDay >= 1 {
            let medium = run.recall(.medium)
            #expect(medium.count > 0 && medium.share >= 0.8, "\(medium)")
        }
        #expect(run.longIncidentsAlarmed == run.longIncidents)
        #expect(run.mostBytes <= 8_000_000)
    }

    private static func summary(_ item: Case, _ run: SiteRun, seconds: Double) -> String {
        let rate = Double(run.falseAlarms) / max(run.watchedDays, 1e-9)
        let bounds = PoissonInterval(count: run.falseAlarms)
        let recalls = SiteIncident.Effect.allCases.map { effect in
            let found = run.recall(effect)
            let delay = run.delay(effect).map { String(format: "%.0f s", $0) } ?? "–"
            return effect.rawValue
                + String(
                    format: " %.2f of %d (10%% peak %.2f, delay ", found.share, found.count, run.weakPeak(effect))
                + delay
                + ")"
        }
        let lanes = run.falseAlarmsByLane.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\($0.key.rawValue) \($0.value)"
        }
        return "site: \(item.testDescription): "
            + String(
                format: "%.1f camera-days, %d false alarms (%d provisional) = %.3f a day [%.3f, %.3f]; ",
                run.watchedDays,
                run.falseAlarms, run.provisional, rate, bounds.lower / run.watchedDays, bounds.upper / run.watchedDays)
            + recalls.joined(separator: ", ")
            + String(
                format: "; long %d of %d; %.2f MB after 10 days, %.2f MB at most; %d frames in %.1f s, %.1f µs each",
                run.longIncidentsAlarmed, run.longIncidents, Double(run.bytesAfterTenDays) / 1e6,
                Double(run.mostBytes) / 1e6, run.frames, seconds, seconds / Double(max(run.frames, 1)) * 1e6)
            + "; thresholds \(run.thresholds.map { String(format: "%.1f", $0) }.joined(separator: " "))"
            + "; by lane: \(lanes.joined(separator: ", "))"
    }
}
