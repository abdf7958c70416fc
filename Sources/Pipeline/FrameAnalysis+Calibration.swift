internal import Anomaly
internal import Base
internal import Grounding
internal import Store

extension FrameAnalysis {
    /// Most frames of an event that a verdict is applied to: half an hour at one a second.
    private static let mostJudged = 1800

    /// Lets the calibration take those of `verdicts` that it does not know; gives whether there were any on its queries.
    mutating func calibrate(by verdicts: [GivenVerdict]) async -> Bool {
        guard var begun = calibration else { return false }
        var isJudged = false
        for verdict in verdicts where verdict.number > begun.lastVerdict {
            begun.noteVerdict(verdict.number)
            // Which scene of a condition was wrong is not known.
            guard case .query(let name) = verdict.subject, let index = scenes.lane(of: name),
                let frames = try? await stored.encodings(of: camera, during: verdict.during, limit: Self.mostJudged)
            else { continue }
            let cosines = frames.compactMap { saliency.best($0, zones: scenes.zones)[index]?.cosine }
            begun.judge(
                isIncident: verdict.verdict == .incident, cosines, of: index, from: verdict.during.start,
                number: verdict.number)
            isJudged = true
        }
        calibration = begun
        return isJudged
    }

    /// `telling` with the level that its query is judged by; as it is for a recording, which is judged by shipped levels.
    func leveled(_ telling: EventTelling) -> EventTelling {
        guard calibrating != nil, case .query(let name, _) = telling.event.source else { return telling }
        let lanes = conditions.first { $0.query.query.name == name }.map { condition in
            condition.query.condition.scenes.compactMap { scenes.lane(ofScene: $0, in: condition.query.zone) }
        }
        let levels = (lanes ?? [scenes.lane(of: name)].compactMap(\.self)).compactMap { calibration?.level($0) }
        var telling = telling
        telling.level = QueryLevel(
            basis: !levels.isEmpty && levels.allSatisfy { $0.basis == .history } ? .history : .provisional,
            raisedBy: levels.map(\.raisedBy).max() ?? 0)
        return telling
    }
}
