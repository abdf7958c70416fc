import Foundation
import Grounding
import NN
import Testing

/// The published similarity, the vote, the joining of parts, and the evaluation built from them.
enum FusionParity {
    private struct Similarities: Decodable {
        let n: Int
        let numQueryTokens: Int
        let dim: Int
        let numSentences: Int
        let videoFeaturesFp16: [Float]
        let textFeatures: [Float]
        let scoresMeanOverSentences: [Float]
        let scoresPerSentence: [[Float]]
    }

    static func checkSimilarity(_ file: URL) throws {
        let cases = try GroundingParity.decoded([Similarities].self, from: file)
        #expect(!cases.isEmpty)
        for golden in cases {
            let frames = Tensor(golden.videoFeaturesFp16, shape: [golden.n, golden.numQueryTokens, golden.dim])
            let sentences = Tensor(golden.textFeatures, shape: [golden.numSentences, golden.dim])
            let curves = QueryTokenSimilarity.curves(frames: frames, sentences: sentences)
            #expect(curves.count == golden.numSentences)
            let pairs = zip(
                curves + [QueryTokenSimilarity.mean(of: curves)],
                golden.scoresPerSentence + [golden.scoresMeanOverSentences])
            for (ours, theirs) in pairs {
                #expect(ours.count == theirs.count && zip(ours, theirs).allSatisfy { abs($0 - $1) <= 1e-5 })
            }
        }
    }

    private struct Selections: Decodable {
        struct Vote: Decodable {
            let input: [[Double]]
            let gamma: Double
            let output: [[Double]]
        }

        struct Joining: Decodable {
            let relation: String
            let subQueryProposals: [[[Double]]]
            let allCombinations: [[Double]]
            let output: [[Double]]
        }

        let selectProposal: [Vote]
        let filterAndIntegrate: [Joining]
    }

    static func checkSelection(_ file: URL) throws {
        let golden = try GroundingParity.decoded(Selections.self, from: file)
        #expect(!golden.selectProposal.isEmpty && !golden.filterAndIntegrate.isEmpty)
        for (index, vote) in golden.selectProposal.enumerated() {
            var fusion = MomentFusion()
            fusion.exponent = vote.gamma
            expectRows(fusion.select(vote.input.map(moment)), vote.output, "vote \(index)")
        }
        for (index, item) in golden.filterAndIntegrate.enumerated() {
            let relation = try #require(QueryDecomposition.Relation(rawValue: item.relation))
            let fusion = MomentFusion()
            let joined = fusion.joined(item.subQueryProposals.map { $0.map(moment) }, relation: relation)
            expectRows(joined, item.allCombinations, "joining \(index)")
            expectRows(Array(fusion.select(joined).prefix(fusion.joinedCount)), item.output, "joining \(index) kept")
        }
    }

    private struct Robustness: Decodable {
        let top1Robust: Bool
        let fullOrderRobust: Bool
    }

    static func checkPipeline(_ file: URL) throws {
        // Video and sentence names are keys, so nothing may be converted from snake case.
        let json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let stride = try #require(json["stride"] as? Int)
        let factor = try #require((json["max_stride_factor"] as? NSNumber)?.doubleValue)
        let videos = try #require(json["annotations"] as? [String: [String: Any]])
        let curves = try #require(json["similarity_curves"] as? [String: [String: [NSNumber]]])
        let ranked = try #require(json["ranked_final_proposals_in_annotation_order"] as? [[[NSNumber]]])
        let flags = try #require(json["robustness"] as? [[String: Any]])
        var (index, with, without) = (0, [([Double]?, [Double])](), [([Double]?, [Double])]())
        for video in try names(of: videos, in: file) {
            let entry = try #require(videos[video])
            let duration = try #require((entry["duration"] as? NSNumber)?.doubleValue)
            let sentences = try #require(entry["sentences"] as? [String])
            let truths = try #require(entry["timestamps"] as? [[NSNumber]]).map { $0.map(\.doubleValue) }
            let responses = try #require(entry["response"] as? [[String: Any]])
            for (place, sentence) in sentences.enumerated() {
                let moments = { (text: String) -> [RatedMoment] in
                    let curve = (curves[video]?[text] ?? []).map(\.floatValue)
                    let longest = Int(Double(curve.count) * factor)
                    return TFVTG(.init(stride: stride, longest: longest, outside: .aboveMask))
                        .moments(similarity: curve, duration: duration)
                }
                let ours = MomentFusion().ranking(
                    of: sentence, decomposition(responses[place]), moments: moments)
                let theirs = ranked[index].map { $0.map(\.doubleValue) }
                let name = "\(video) \(sentence)"
                if flags[index]["full_order_robust"] as? Bool == true {
                    expectRows(ours, theirs, name, isLoose: true)
                } else if flags[index]["top1_robust"] as? Bool == true {
                    expectRows(Array(ours.prefix(1)), Array(theirs.prefix(1)), name, isLoose: true)
                }
                with.append((ours.first.map { [$0.start, $0.end] }, truths[place]))
                without.append((moments(sentence).first.map { [$0.start, $0.end] }, truths[place]))
                index += 1
            }
        }
        #expect(index == ranked.count && index > 0)
        let doubtful = flags.count { $0["top1_robust"] as? Bool != true }
        for (pairs, key) in [(with, "metrics_with_llm"), (without, "metrics_without_llm")] {
            let golden = try #require(json[key] as? [String: NSNumber])
            let ours = SpanAccuracy(pairs.map { (predicted: $0.0, truth: $0.1) })
            // A sentence whose answer hangs on rounding may move each mean by its share.
            let bound = 1e-4 + Double(doubtful) / Double(index)
            #expect(abs(ours.meanOverlap - (golden["mIoU"]?.doubleValue ?? -9)) <= bound, "\(key) mIoU")
            for (threshold, recall) in zip(SpanAccuracy.thresholds, ours.recalls) {
                let expected = golden["R@\(threshold)"]?.doubleValue ?? -9
                #expect(abs(recall - expected) <= bound, "\(key) R@\(threshold)")
            }
        }
    }

    /// The videos in the order of the file, which a dictionary does not keep.
    private static func names(of videos: [String: [String: Any]], in file: URL) throws -> [String] {
        let text = try String(contentsOf: file, encoding: .utf8)
        let places = try videos.keys.map { name in (name, try #require(text.range(of: "\"\(name)\":")).lowerBound) }
        return places.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private static func decomposition(_ response: [String: Any]) -> QueryDecomposition {
        guard let list = response["query_json"] as? [[String: Any]], !list.isEmpty,
            let relation = (response["relationship"] as? String).flatMap(QueryDecomposition.Relation.init)
        else { return .none }
        let entries = list.map { ($0["sub_query_id"] as? Int ?? 0, $0["descriptions"] as? [String] ?? []) }
        return QueryDecomposition(
            relation: relation, paraphrases: entries.filter { $0.0 == 0 }.flatMap(\.1),
            parts: entries.filter { $0.0 > 0 }.map(\.1))
    }

    private static func moment(_ row: [Double]) -> RatedMoment {
        RatedMoment(start: row[0], end: row[1], confidence: row[2])
    }

    private static func expectRows(
        _ ours: [RatedMoment], _ theirs: [[Double]], _ name: String, isLoose: Bool = false
    ) {
        #expect(ours.count == theirs.count, "\(name)")
        for (row, expected) in zip(ours.map { [$0.start, $0.end, $0.confidence] }, theirs) {
            for (value, wanted) in zip(row, expected) {
                let bound = isLoose ? max(2e-4 * abs(wanted), 2e-3) : 1e-9 * max(1, abs(wanted))
                #expect(abs(value - wanted) <= bound, "\(name): \(row), expected \(expected)")
            }
        }
    }
}
