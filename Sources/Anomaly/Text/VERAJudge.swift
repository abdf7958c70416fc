internal import Base
internal import Foundation

/// VERA's form of asking (Ye et al., CVPR 2025), live: five short concrete questions about the last seconds before the
/// verdict, a refinement by what looked alike before, and an average over time instead of the published curve's look ahead.
struct VERAJudge: MomentJudge {
    private static let question = """
        Look at the pictures in their order and answer each question shortly.
        1. Is a person where nobody belongs, or behaving in a way that does not fit the place?
        2. Is a vehicle where it does not belong, or moving in a way that does not fit the place?
        3. Is an object where it does not belong?
        4. Is anything damaged, burning or smoking?
        5. Does anything move in an unusual way?
        End with the line "Output: 1" if any answer is yes, else with "Output: 0".
        """
    private static let window = 10.0
    private static let shown = 8
    /// Moments that a rating is refined by: an hour at one every two seconds.
    private static let capacity = 1800
    private static let limit = 160
    /// Sharpness and share of the published refinement.
    private static let sharpness = 10.0, share = 0.15

    private let narrator: any PictureNarrator
    private var recent: [SeenMoment] = []
    private var known: [(encoding: [Float], rating: Double)] = []
    private var average = TimeAverage(timeConstant: 3)
    private var held = HeldRating()

    init(_ narrator: any PictureNarrator) { self.narrator = narrator }

    var failures: Int { held.failures }

    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement {
        recent.append(moment)
        recent.removeAll { moment.time.seconds(since: $0.time) > Self.window }
        let step = max(1, (recent.count + Self.shown - 1) / Self.shown)
        let asked = recent.indices.filter { (recent.count - 1 - $0) % step == 0 }.map { recent[$0] }
        let reply = try await narrator.answer(Self.question, about: asked, limit: Self.limit)
        let rating = held.take(VERA.label(reply).map { "\($0)" } ?? "", at: moment.time)
        known.append((moment.encoding, rating))
        if known.count > Self.capacity { known.removeFirst(known.count - Self.capacity) }
        let refined = refined(moment)
        let score = average.take(refined, at: Double(moment.time.microseconds) / 1e6)
        return TextJudgement(score: score, text: reply)
    }

    private func refined(_ moment: SeenMoment) -> Double {
        let cosines = known.map { Self.cosine($0.encoding, moment.encoding) }
        let nearest = cosines.indices.sorted { cosines[$0] > cosines[$1] }
            .prefix(max(1, Int(Self.share * Double(known.count))))
        return ScoreRefinement.weighted(
            nearest.map { known[$0].rating }, cosines: nearest.map { cosines[$0] }, sharpness: Self.sharpness)
    }

    private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
        var (dot, left, right): (Float, Float, Float) = (0, 0, 0)
        for (x, y) in zip(a, b) { (dot, left, right) = (dot + x * y, left + x * x, right + y * y) }
        return dot / max((left * right).squareRoot(), 1e-12)
    }
}

extension VERA {
    /// The label after the last "Output" of a reply, 0 or 1; nil for a refusal, which the published rule calls anomalous.
    package static func label(_ reply: String) -> Int? {
        guard let mark = reply.range(of: "Output", options: .backwards) else { return nil }
        return reply[mark.upperBound...].first { $0 == "0" || $0 == "1" }.flatMap { Int(String($0)) }
    }
}
