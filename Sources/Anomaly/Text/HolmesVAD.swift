internal import Base

/// Holmes-VAD's split (Zhang et al., 2024): a cheap scorer is always on; where it finds something, a video-LLM is shown the
/// frames that carry most of the score and says whether, and why.
///
/// The published scorer was trained on labelled clips; here the camera's own past scores. The frames come from what was
/// seen up to now (``MassSampler``). A "no" halves the score, so that it alarms no more; the answer stands until it has been
/// quiet, or for half a minute.
struct HolmesVAD: MomentJudge {
    private static let question =
        "Does anything unexpected or unusual happen in these pictures? Begin with yes or no, then say what it is and why."
    /// Pictures that are kept, and that are shown.
    private static let capacity = 24, shown = 8
    /// Seconds of them.
    private static let window = 60.0
    /// Seconds of quiet after which an answer no longer stands, and after which it is asked anew.
    private static let hold = 5.0, validity = 30.0
    private static let limit = 120

    private let narrator: any PictureNarrator
    private var buffer: [SeenMoment] = []
    private var answer: (isRefusal: Bool, text: String, at: WallTime)?
    private var lastStrange: WallTime?
    private(set) var failures = 0

    init(_ narrator: any PictureNarrator) { self.narrator = narrator }

    mutating func judge(_ moment: SeenMoment) async throws -> TextJudgement {
        buffer.append(moment)
        buffer.removeAll { moment.time.seconds(since: $0.time) > Self.window }
        if buffer.count > Self.capacity { buffer.removeFirst(buffer.count - Self.capacity) }
        if moment.strangeness >= 0.5 {
            lastStrange = moment.time
            let age = answer.map { moment.time.seconds(since: $0.at) } ?? .infinity
            if age >= Self.validity { try await ask(at: moment.time) }
        } else if lastStrange.map({ moment.time.seconds(since: $0) >= Self.hold }) ?? true {
            answer = nil
        }
        let share = answer.map { $0.isRefusal ? 0.5 : 1 } ?? 1
        return TextJudgement(score: min(moment.strangeness, 1) * share, text: answer?.text ?? "")
    }

    private mutating func ask(at time: WallTime) async throws {
        var positions: [Int] = []
        for position in MassSampler.positions(buffer.map(\.strangeness), count: Self.shown)
        where positions.last != position { positions.append(position) }
        let reply = try await narrator.answer(
            Self.question, about: positions.map { buffer[$0] }, limit: Self.limit)
        let verdict = Verdict(reply)
        // Without a verdict the scorer's word stands.
        if verdict == nil { failures += 1 }
        answer = (verdict == .no, reply, time)
    }
}

/// A reply that begins with yes or no.
enum Verdict: Equatable {
    case yes, no

    /// nil for a reply that begins otherwise.
    init?(_ reply: String) {
        switch reply.lowercased().split(whereSeparator: { !$0.isLetter }).first {
        case "yes": self = .yes
        case "no": self = .no
        default: return nil
        }
    }
}
