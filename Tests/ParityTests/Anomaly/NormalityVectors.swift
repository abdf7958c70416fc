import Anomaly
import Testing

struct AIVADVectors: AnomalyVectors {
    struct Mixture: Decodable {
        let weights: [Double]
        let means: [[Double]]
        let covariances: [[[Double]]]
    }

    struct Case: Decodable {
        let dataset: String
        let sigma: Double
        let trainClipEnds: [Int]
        let testClipEnds: [Int]
        let train: [String: [[[Double]]]]
        let test: [String: [[[Double]]]]
        let labels: [Int]
        let trainPoseScoresLovo: [Double]
        let trainDeepScoresLovo: [Double]
        let gmm: Mixture
        let calib: [String: [Double]]
        let fused: [Double]
        let smoothed: [Double]
        let microAuc: Double
        let macroAuc: Double
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.gmm", "case.dataset"]) }

    func check(_ name: String) throws {
        let tolerance = tol ?? 1e-6
        for item in cases {
            let mixture = try #require(
                GaussianMixture(
                    weights: item.gmm.weights, means: item.gmm.means, covariances: item.gmm.covariances))
            let everything = AIVAD(clips: clips(item, Array(AIVAD.Attribute.allCases)), mixture: mixture)
            expectClose(
                everything.trainingScores[.pose] ?? [], item.trainPoseScoresLovo, within: tolerance, "\(name) pose")
            expectClose(
                everything.trainingScores[.deep] ?? [], item.trainDeepScoresLovo, within: tolerance, "\(name) deep")
            for (key, range) in item.calib {
                let scale = try #require(AIVAD.Attribute(rawValue: key).flatMap { everything.scales[$0] })
                expectClose([scale.low, scale.high], range, within: tolerance, "\(name) \(key)")
            }
            // The published run on ShanghaiTech leaves the deep features out.
            let attributes: [AIVAD.Attribute] =
                item.dataset == "shanghaitech" ? [.velocity, .pose] : AIVAD.Attribute.allCases
            let model = AIVAD(clips: clips(item, attributes), mixture: mixture)
            let frames = item.test["velocity"]?.count ?? 0
            let fused = (0..<frames).map { frame in
                model.score(
                    Dictionary(uniqueKeysWithValues: attributes.map { ($0, item.test[$0.rawValue]?[frame] ?? []) }))
            }
            expectClose(fused, item.fused, within: tolerance, "\(name) fused")
            checkCurves(item, fused, tolerance, name)
        }
    }

    private func checkCurves(_ item: Case, _ fused: [Double], _ tolerance: Double, _ name: String) {
        let ranges = zip([0] + item.testClipEnds, item.testClipEnds).map { $0..<$1 }
        let smoothed = ranges.map { GaussianSmoothing.apply(Array(fused[$0]), sigma: item.sigma) }
        let labels = ranges.map { item.labels[$0].map { $0 != 0 } }
        expectClose(smoothed.flatMap(\.self), item.smoothed, within: tolerance, "\(name) smoothed")
        let micro = RankingMetrics(labels: labels.flatMap(\.self), scores: smoothed.flatMap(\.self)).rocAUC ?? -1
        let macro = VideoAUC.paddedMean(zip(labels, smoothed).map { ($0, $1) }) ?? -1
        expectClose([100 * micro, 100 * macro], [item.microAuc, item.macroAuc], within: tolerance, "\(name) AUC")
    }

    private func clips(_ item: Case, _ attributes: [AIVAD.Attribute]) -> [AIVAD.Attribute: [AIVAD.Clip]] {
        let ranges = zip([0] + item.trainClipEnds, item.trainClipEnds).map { $0..<$1 }
        return Dictionary(
            uniqueKeysWithValues: attributes.map { attribute in
                let frames = item.train[attribute.rawValue] ?? []
                return (attribute, ranges.map { Array(frames[$0]) })
            })
    }
}

struct AnomalibVectors: AnomalyVectors {
    struct Grouped: Decodable {
        let groups: [String: [[[Float]]]]
        let query: [[Float]]
        let perGroupMinMaxLovo: [String: [Double]]
        let storedMin: Double
        let storedMax: Double
        let trueMax: Double
        let predict: [Double]
    }

    struct Patches: Decodable {
        let memoryBank: [[Float]]
        let numNeighbors: Int
        let images: Int
        let patches: Int
        let embedding: [[Float]]
        let patchScores: [[Double]]
        let nnIndex: [[Int]]
        let imageScore: [Double]
    }

    struct Coreset: Decodable {
        let x: [[Float]]
        let ratio: Double
        let start: Int
        let selected: [Int]
    }

    struct Threshold: Decodable {
        let y: [Int]
        let s: [Double]
        let threshold: Double
        let normalized: [Double]
    }

    let groupedKnn: [Grouped]?
    let patchcoreScore: [Patches]?
    let coreset: [Coreset]?
    let f1Threshold: [Threshold]?
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool {
        !keys.isDisjoint(with: ["grouped_knn", "patchcore_score", "coreset", "f1_threshold"])
    }

    func check(_ name: String) {
        let tolerance = tol ?? 1e-6
        for item in groupedKnn ?? [] { check(item, tolerance, name) }
        for item in patchcoreScore ?? [] {
            let found = (0..<item.images).map { image in
                PatchCore.score(
                    Array(item.embedding[image * item.patches..<(image + 1) * item.patches]), bank: item.memoryBank,
                    neighbours: item.numNeighbors)
            }
            expectClose(
                found.flatMap { $0.patches.map(Double.init) }, item.patchScores.flatMap(\.self), within: tolerance,
                "\(name) patch_scores")
            #expect(found.map(\.nearest) == item.nnIndex, "\(name)")
            expectClose(found.map(\.value), item.imageScore, within: tolerance, "\(name) image_score")
        }
        for item in coreset ?? [] {
            let count = Int(item.ratio * Double(item.x.count))
            #expect(PatchCore.coreset(item.x, count: count, start: item.start) == item.selected, "\(name)")
        }
        for item in f1Threshold ?? [] {
            let found = LabelledThreshold(labels: item.y.map { $0 != 0 }, scores: item.s)
            expectClose([found.threshold], [item.threshold], within: tolerance, "\(name) threshold")
            expectClose(item.s.map(found.normalised), item.normalized, within: tolerance, "\(name) normalized")
        }
    }

    private func check(_ item: Grouped, _ tolerance: Double, _ name: String) {
        let names = item.groups.keys.sorted()
        let found = GroupedNeighbours(groups: names.map { (item.groups[$0] ?? []).flatMap(\.self) })
        for (group, range) in zip(names, found.ranges) {
            // Upstream's lowest is carried on from group to group, its highest is the group's own.
            expectClose([range.upperBound], [item.perGroupMinMaxLovo[group]?.last ?? -1], within: tolerance, name)
        }
        expectClose([found.lowest, found.highest], [item.storedMin, item.trueMax], within: tolerance, "\(name) range")
        // What upstream predicts, computed with its defective maximum.
        let scaled = found.distances(item.query).map { ($0 - item.storedMin) / (item.storedMax - item.storedMin) }
        expectClose(scaled, item.predict, within: tolerance, "\(name) predict")
    }
}
