internal import Base
public import Foundation
package import Grounding
public import Ingest
public import NN
internal import VLM

/// Finds the spans of one recording that fit a sentence as TFVTG was published: BLIP-2's similarities of three frames a second,
/// its own constants, and its vote over the parts of a sentence.
public struct QueryTokenGrounding: Sendable {
    /// Frames a second that a source has to give.
    public static let analyseFPS = TFVTG.publishedFPS

    private let network: QueryTokenNetwork

    /// Whether the model in `folder` is one that this grounds with.
    public static func suits(_ folder: URL) -> Bool { (try? Recipe(folder: folder.path)) == .blip2 }

    /// Loads the model in `encoderFolder`; without a `precision`, in the one that suits its size.
    ///
    /// Throws `ModelError`.
    public init(encoderFolder: URL, precision: Precision? = nil) throws {
        network = try QueryTokenNetwork(folder: encoderFolder, precision: precision)
    }

    /// The spans of `source` that fit `sentence`, at most `top`, best first; their scores are relative to the best window's.
    /// "A then B" and "A while B" are also looked for in parts, and the parts vote with the whole. `progress` is told the seconds
    /// analysed so far.
    ///
    /// Throws `IngestError`, `ModelError`, and `GroundingError` for conditions that the published method does not know.
    public func moments(
        of sentence: String, in source: FileSource, top: Int, progress: (Double) -> Void
    ) async throws -> RecordingGrounding.Result {
        let parts = try await Self.parts(of: sentence)
        let wordings = [sentence] + parts.paraphrases + parts.parts.flatMap(\.self)
        let encoded = try await network.encode(sentences: wordings)
        let (times, scores) = try await source.withFrames { frames in
            var (times, scores) = ([Double](), [[Float]]())
            for try await frame in frames {
                times.append(source.seconds(of: frame))
                scores.append(await network.similarities(of: frame.picture, to: encoded))
                progress(times[times.count - 1])
            }
            return (times, scores)
        }
        try Task.checkCancellation()
        let seconds = source.statistics.mediaSeconds
        let curves = wordings.indices.map { wording in scores.map { $0[wording] } }
        let localiser = TFVTG(publishedFor: times.count)
        func moments(_ wording: String) -> [RatedMoment] {
            guard let index = wordings.firstIndex(of: wording) else { return [] }
            return localiser.moments(similarity: curves[index], duration: seconds)
        }
        let ranked =
            parts == .none ? moments(sentence) : MomentFusion().ranking(of: sentence, parts, moments: moments)
        return RecordingGrounding.Result(
            times: times.map { $0 - (times.first ?? 0) }, saliency: curves[0],
            moments: ranked.filter { $0.start < $0.end }.prefix(top).map {
                RecordingGrounding.Moment(start: $0.start, end: $0.end, score: $0.confidence)
            }, mediaSeconds: seconds)
    }

    /// The sentence taken apart by rule; refuses conditions that the vote cannot keep.
    package static func parts(of sentence: String) async throws -> QueryDecomposition {
        let request = try WatchRequest(sentence)
        let parts = try await QueryDecomposer().decomposition(of: sentence)
        if case .scene = request.condition, request.hours == nil, request.zone == nil { return .none }
        guard parts != .none, request.hours == nil, request.zone == nil else {
            throw GroundingError.refusedQuery(
                text: sentence,
                problem:
                    "with BLIP-2's similarities a scene, \"A then B\" and \"A while B\" are grounded and no other condition; "
                    + "use another --encoder")
        }
        return parts
    }
}
