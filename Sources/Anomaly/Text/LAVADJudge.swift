/// ``LAVAD`` from pictures: every moment is captioned first.
struct LAVADJudge: MomentJudge {
    private let narrator: any PictureNarrator
    private let encode: TextJudge.Encoder
    private var lavad: LAVAD

    init(_ narrator: any PictureNarrator, _ encode: @escaping TextJudge.Encoder) {
        (self.narrator, self.encode) = (narrator, encode)
        lavad = LAVAD(generator: narrator)
    }

    var failures: Int { lavad.failures }

    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement {
        let caption = try await narrator.caption(moment)
        let result = try await lavad.rate(
            LAVAD.Moment(
                time: moment.time, caption: caption, captionEncoding: try await encode(caption),
                frameEncoding: moment.encoding), encode: encode)
        return TextJudgement(score: result.score, text: result.summary.isEmpty ? caption : result.summary)
    }
}
