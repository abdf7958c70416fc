internal import Base
internal import Foundation
internal import NN

// Q looks · S sentences · D width

/// One camera's contrast and retrieval lanes: sentences shared with other cameras, visual anchors of its own.
///
/// Causal form of NOVA and Flashback: the scene's encoding is averaged over the past seconds, motion is measured against
/// the past, and the anchors (one for each quarter of the day, colour and infrared apart) follow the camera instead of
/// being fixed from its first frames.
struct SentenceLanes: Sendable {
    /// What the lanes found in one frame.
    struct Finding: Sendable {
        /// Odds g/(1 − g) of the contrast g of the worst look, the scene's lowered while nothing moves.
        let contrast: Double
        /// g itself, in 0…1.
        let probability: Double
        /// Odds of the share of anomalous captions among those retrieved for the worst look.
        let retrieval: Double
        /// The category with the highest contrast, and its sentences nearest to the look, best first.
        let category: String
        let contrastSentences: [String]
        let contrastLook: Int
        let retrievalSentences: [String]
        let retrievalLook: Int
    }

    private struct Anchor: Sendable, Codable {
        var sum: [Float]
        var updated: Double
    }

    private static let named = 3

    let memory: SentenceMemory
    private let score: ContrastScore
    private let constants: AnomalyConstants
    private var anchors: [Anchor?] = Array(repeating: nil, count: 8)
    private var recent: [(seconds: Double, scene: [Float])] = []

    init(memory: SentenceMemory, constants: AnomalyConstants) {
        self.memory = memory
        self.constants = constants
        score = ContrastScore()
    }

    /// Scores the looks of a frame at `seconds`; only the past changes the state.
    mutating func score(_ looks: [[Float]], at seconds: Double, in bucket: HourBucket) -> Finding? {
        guard let scene = looks.first, !memory.categories.isEmpty else { return nil }
        recent.removeAll { seconds - $0.seconds > constants.contrastWindow }
        if recent.count > 32 { recent.removeFirst() }
        let before = recent.last { seconds - $0.seconds >= constants.motionLag } ?? recent.first
        let motion = before.map { 1 - Double(Self.dot($0.scene, scene)) } ?? 0
        recent.append((seconds, scene))
        let averaged = recent.reduce(into: [Float](repeating: 0, count: scene.count)) { sum, item in
            for d in sum.indices { sum[d] += item.scene[d] }
        }
        let rows = Tensor(rows: [averaged] + looks.dropFirst()).normalisedRows()
        return find(rows, gate: score.gate(motion: motion), in: bucket)
    }

    /// Lets the anchor of `bucket` learn a normal scene; `probability` of anomaly makes it count less.
    mutating func learn(_ scene: [Float], probability: Double, at seconds: Double, in bucket: HourBucket) {
        let index = Self.anchor(bucket)
        let weight = Float(exp(-probability / score.anchorTemperature))
        var anchor = anchors[index] ?? Anchor(sum: [Float](repeating: 0, count: scene.count), updated: seconds)
        let factor = Float(exp2(-max(0, seconds - anchor.updated) / constants.driftHalfLife))
        for d in anchor.sum.indices { anchor.sum[d] = anchor.sum[d] * factor + weight * scene[d] }
        anchor.updated = max(anchor.updated, seconds)
        anchors[index] = anchor
    }

    private func find(_ rows: Tensor, gate: Double, in bucket: HourBucket) -> Finding? {
        let cosines = memory.cosines(rows)
        let anchored = anchorCosines(rows, in: bucket)
        var best = (probability: -1.0, look: 0, category: 0)
        var found = (value: -1.0, look: 0, entries: [Int]())
        for look in cosines.indices {
            for (index, category) in memory.categories.enumerated() {
                let anomalous = category.anomalous.map { cosines[look][$0] }
                let normal = category.normal.map { cosines[look][$0] } + anchored[look]
                // A crop is there because something moved; only the scene as a whole can be still.
                let contrast = ContrastScore.sigmoid(score.logit(anomalous: anomalous, normal: normal))
                let gated = look == 0 ? contrast * gate : contrast
                if gated > best.probability { best = (gated, look, index) }
            }
            let retrieval = RetrievalScore(cosines: cosines[look], isAnomalous: memory.isAnomalous)
            if retrieval.value > found.value { found = (retrieval.value, look, retrieval.entries) }
        }
        let category = memory.categories[best.category]
        let named = category.anomalous.sorted { cosines[best.look][$0] > cosines[best.look][$1] }
        return Finding(
            contrast: Self.odds(best.probability), probability: best.probability, retrieval: Self.odds(found.value),
            category: category.name, contrastSentences: named.prefix(Self.named).map { memory.texts[$0] },
            contrastLook: best.look,
            retrievalSentences: found.entries.filter { memory.isAnomalous[$0] }.prefix(Self.named)
                .map { memory.texts[$0] },
            retrievalLook: found.look)
    }

    /// Per look the cosines to the anchors of the present light.
    private func anchorCosines(_ rows: Tensor, in bucket: HourBucket) -> [[Double]] {
        let first = bucket.isInfrared ? 4 : 0
        let present = (first..<first + 4).compactMap { anchors[$0]?.sum }
        guard !present.isEmpty else { return (0..<rows.shape[0]).map { _ in [] } }
        let columns = Tensor(rows: present).normalisedRows()
        return Similarity.dot(rows: rows, columns: columns).rowArrays.map { $0.map(Double.init) }
    }

    private static func anchor(_ bucket: HourBucket) -> Int { (bucket.isInfrared ? 4 : 0) + bucket.hour / 6 }

    private static func odds(_ share: Double) -> Double { max(share, 1e-6) / max(1 - share, 1e-6) }

    private static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    var byteCount: Int {
        (anchors.reduce(0) { $0 + ($1?.sum.count ?? 0) } + recent.reduce(0) { $0 + $1.scene.count }) * 4
    }
}

extension SentenceLanes {
    /// What a restart needs: anchors and the last seconds.
    struct State: Sendable, Codable {
        fileprivate let anchors: [PackedFloats?]
        fileprivate let updated: [Double]
        fileprivate let seconds: [Double]
        fileprivate let scenes: [PackedFloats]
    }

    var state: State {
        State(
            anchors: anchors.map { $0.map { PackedFloats($0.sum) } }, updated: anchors.map { $0?.updated ?? 0 },
            seconds: recent.map(\.seconds), scenes: recent.map { PackedFloats($0.scene) })
    }

    /// Takes `state` over; false when it does not fit the memory's width.
    mutating func restore(_ state: State) -> Bool {
        let isWhole =
            state.anchors.count == anchors.count && state.updated.count == anchors.count
            && state.seconds.count == state.scenes.count
        let widths = state.anchors.compactMap { $0?.values.count } + state.scenes.map(\.values.count)
        guard isWhole, widths.allSatisfy({ $0 == memory.width }) else { return false }
        anchors = zip(state.anchors, state.updated).map { packed, updated in
            packed.map { Anchor(sum: $0.values, updated: updated) }
        }
        recent = zip(state.seconds, state.scenes).map { ($0, $1.values) }
        return true
    }
}
