import Anomaly
import Base
import Foundation
import Testing

struct VelocityVectors: AnomalyVectors {
    struct Case: Decodable {
        let flow: [[[Double]]]
        let bins: Int
        let hist: [Double]
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.flow", "case.hist"]) }

    func check(_ name: String) {
        for item in cases {
            let flow = item.flow.flatMap { row in row.map { (right: $0[0], down: $0[1]) } }
            expectClose(VelocityHistogram.bins(flow, count: item.bins), item.hist, within: tol ?? 1e-6, name)
        }
    }
}

struct NOVAVectors: AnomalyVectors {
    struct Case: Decodable {
        let alpha: Double
        let tau: Double
        let gamma: Double
        let beta: Double
        let tauM: Double
        let nWarm: Int
        let window: Int
        let anomaly: [[[Double]]]
        let normal: [[[Double]]]
        let x: [[Double]]
        let anchor: [Double]
        let textOnly: [Double]
        let withAnchor: [Double]
        let category: [Int]
        let motion: [Double]
        let gated: [Double]
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.anchor", "case.with_anchor"]) }

    func check(_ name: String) {
        for item in cases {
            var contrast = ContrastScore()
            contrast.alpha = item.alpha
            contrast.temperature = item.tau
            contrast.anchorTemperature = item.gamma
            contrast.gateSteepness = item.beta
            contrast.gateMotion = item.tauM
            check(item, contrast, name)
        }
    }

    private func check(_ item: Case, _ contrast: ContrastScore, _ name: String) {
        let tolerance = tol ?? 1e-6
        let frames = item.x.map(unit)
        let averaged = frames.indices.map { end in
            let recent = frames[max(0, end - item.window + 1)...end]
            return unit(frames[0].indices.map { d in recent.reduce(0) { $0 + $1[d] } })
        }
        let raw = frames.map { best(contrast, item, $0, anchor: nil).score }
        let weights = contrast.anchorWeights(Array(raw.prefix(item.nWarm)))
        let anchor = unit(
            frames[0].indices.map { d in zip(weights, frames).reduce(0) { $0 + $1.0 * $1.1[d] } })
        expectClose(anchor, item.anchor, within: tolerance, "\(name) anchor")
        let textOnly = averaged.map { best(contrast, item, $0, anchor: nil).score }
        expectClose(textOnly, item.textOnly, within: tolerance, "\(name) text_only")
        let found = averaged.map { best(contrast, item, $0, anchor: anchor) }
        expectClose(found.map(\.score), item.withAnchor, within: tolerance, "\(name) with_anchor")
        #expect(found.map(\.category) == item.category, "\(name)")
        let motion = frames.indices.map { $0 < 2 ? 0 : 1 - dot(frames[$0], frames[$0 - 2]) }
        expectClose(motion, item.motion, within: tolerance, "\(name) motion")
        let gated = zip(found, motion).map { $0.score * contrast.gate(motion: $1) }
        expectClose(gated, item.gated, within: tolerance, "\(name) gated")
    }

    private func best(
        _ contrast: ContrastScore, _ item: Case, _ frame: [Double], anchor: [Double]?
    ) -> (score: Double, category: Int) {
        let scores = item.anomaly.indices.map { category in
            let anomalous = item.anomaly[category].map { dot(unit($0), frame) }
            let normal = item.normal[category].map { dot(unit($0), frame) } + (anchor.map { [dot($0, frame)] } ?? [])
            return ContrastScore.sigmoid(contrast.logit(anomalous: anomalous, normal: normal))
        }
        let category = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        return (scores[category], category)
    }
}

struct FlashbackVectors: AnomalyVectors {
    struct Out: Decodable {
        let top: [Int]
        let score: Double
    }

    struct Case: Decodable {
        let memory: [[Double]]
        let labels: [Int]
        let alpha: Double
        let count: Int
        let queries: [[Double]]
        let out: [Out]

        enum CodingKeys: String, CodingKey {
            case memory, labels, alpha, queries, out
            case count = "K"
        }
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.memory", "case.queries"]) }

    func check(_ name: String) {
        for item in cases {
            let memory = item.memory.map(unit)
            for (query, expected) in zip(item.queries.map(unit), item.out) {
                let found = RetrievalScore(
                    cosines: memory.map { dot($0, query) }, isAnomalous: item.labels.map { $0 == 1 },
                    penalty: item.alpha, count: item.count)
                #expect(found.entries == expected.top, "\(name)")
                expectClose([found.value], [expected.score], within: tol ?? 1e-6, name)
            }
        }
    }
}

struct CalibrationVectors: AnomalyVectors {
    struct Budget: Decodable {
        let t: [Double]
        let s: [Double]
        let cooldown: Double
        let budgetPerDay: Double
        let days: Double
        let threshold: Double?
        let count: Int?
    }

    struct Average: Decodable {
        let t: [Double]
        let s: [Double]
        let tau: Double
        let out: [Double]
    }

    let budget: [Budget]
    let ema: [Average]?
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("budget") }

    func check(_ name: String) {
        for item in budget {
            let found = AlarmBudget(
                samples: zip(item.t, item.s).map { ($0, $1) }, cooldown: item.cooldown, perDay: item.budgetPerDay,
                days: item.days)
            #expect(found?.threshold == item.threshold && found?.count == item.count, "\(name)")
        }
        for item in ema ?? [] {
            var average = TimeAverage(timeConstant: item.tau)
            expectClose(
                zip(item.t, item.s).map { average.take($1, at: $0) }, item.out, within: tol ?? 1e-6, "\(name) ema")
        }
    }
}

struct EventVectors: AnomalyVectors {
    struct Parameters: Decodable {
        let on: Double
        let off: Double
        let minOn: Double
        let hold: Double
        let maxGap: Double
        let cooldown: Double
        let maxDur: Double
    }

    struct Row: Decodable, Equatable {
        let start: Double
        let openedAt: Double
        let peak: Double
        let peakT: Double
        let merged: Int
        let end: Double
        let closedAt: Double
        let reason: String
    }

    struct Case: Decodable {
        let t: [Double]
        let s: [Double]
        let params: Parameters
        let events: [Row]
    }

    let cases: [Case]

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.params", "case.events"]) }

    func check(_ name: String) {
        for (index, item) in cases.enumerated() {
            let p = item.params
            var automaton = EventAutomaton(
                .init(
                    on: p.on, off: p.off, minimumOn: p.minOn, hold: p.hold, maximumGap: p.maxGap, cooldown: p.cooldown,
                    maximumDuration: p.maxDur))
            var rows: [Row] = []
            for (t, s) in zip(item.t, item.s) { record(automaton.advance(time(t), s), &rows) }
            record(automaton.finish(), &rows)
            #expect(rows == item.events, "\(name) case \(index)")
        }
    }

    private func record(_ changes: [EventAutomaton.Change], _ rows: inout [Row]) {
        for change in changes {
            switch change {
            case .closed(let event, let reason, let at):
                rows.append(
                    Row(
                        start: seconds(event.start), openedAt: seconds(event.openedAt), peak: event.peak,
                        peakT: seconds(event.peakTime), merged: event.merged, end: seconds(event.last),
                        closedAt: seconds(at), reason: reason.rawValue))
            case .reopened: rows.removeLast()
            case .opened, .extended: break
            }
        }
    }

    private func time(_ seconds: Double) -> WallTime { WallTime(microseconds: Int64((seconds * 1e6).rounded())) }
    private func seconds(_ time: WallTime) -> Double { Double(time.microseconds) / 1e6 }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

private func unit(_ x: [Double]) -> [Double] {
    let length = dot(x, x).squareRoot()
    return x.map { $0 / length }
}
