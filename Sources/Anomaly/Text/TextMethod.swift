/// The published methods that judge by a model's words, each in a form that needs no future.
public enum TextMethod: String, Sendable, CaseIterable {
    /// Captions → summary → rating → refinement by what looked alike.
    case lavad
    /// A scorer chooses the frames, a video-LLM says whether and why.
    case holmesVAD = "holmes-vad"
    /// Five short questions, then a verdict.
    case vera
    /// Rated against what was expected, with examples of earlier ratings.
    case moniTor = "monitor"
    /// Words that do not belong here, induced from the first captions.
    case anomalyRuler = "anomaly-ruler"
}

/// One camera's or recording's moments, judged by a text method: a running state without I/O of its own.
public struct TextJudge: Sendable {
    /// A text's encoding [D], in the space of the pictures'.
    public typealias Encoder = @Sendable (String) async throws -> [Float]

    private var way: any MomentJudge

    /// A judge that has seen nothing yet and asks `narrator`.
    public init(_ method: TextMethod, narrator: any PictureNarrator, encode: @escaping Encoder) {
        way =
            switch method {
            case .lavad: LAVADJudge(narrator, encode)
            case .holmesVAD: HolmesVAD(narrator)
            case .vera: VERAJudge(narrator)
            case .moniTor: MoniTorJudge(narrator)
            case .anomalyRuler: AnomalyRulerJudge(narrator)
            }
    }

    /// Replies that could not be read so far.
    public var failures: Int { way.failures }

    /// Judges the next moment; times must rise. Throws what the narrator and the encoder throw.
    public mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement { try await way.judge(moment) }
}

/// A text method at work.
protocol MomentJudge: Sendable {
    var failures: Int { get }
    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement
}
