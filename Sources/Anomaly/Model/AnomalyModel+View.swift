internal import Base

/// What the lanes make of one frame.
struct FrameView: Sendable {
    let bucket: HourBucket
    let sighting: Sighting
    let boxes: [Box]
    let answers: [HourlyBank.Answer]
    let motion: [HourlyBank.Answer]
    let finding: SentenceLanes.Finding?

    /// The lanes that have something to say, with their raw scores.
    var raw: [(lane: AnomalyLane, score: Double)] {
        AnomalyLane.allCases.compactMap { lane in sighting.raw[lane.index].map { (lane, $0) } }
    }

    /// The look that made `lane`'s score.
    func look(_ lane: AnomalyLane) -> Int {
        switch lane {
        case .scene: 0
        case .normality: Self.largest(answers.dropFirst().map(\.distance)) + 1
        case .hour: Self.largest(answers.dropFirst().map { $0.hourDistance ?? 0 }) + 1
        case .contrast: finding?.contrastLook ?? 0
        case .retrieval: finding?.retrievalLook ?? 0
        case .motion: Self.largest(motion.map(\.distance)) + 1
        case .change: 0
        }
    }

    private static func largest(_ values: [Double]) -> Int {
        values.indices.max { values[$0] < values[$1] } ?? 0
    }
}

extension AnomalyModel {
    /// Asks every lane. Changes only what lanes remember of the last seconds.
    mutating func view(_ frame: AnomalyFrame, in bucket: HourBucket) -> FrameView {
        let (looks, time) = (frame.looks, frame.encoding.time)
        precondition(looks.allSatisfy { $0.values.count == encoder.width }, "looks of another width than \(encoder)")
        let vectors = looks.map(\.values)
        let attributes = motion.take(looks, at: Self.seconds(time))
        let finding = sentences?.score(vectors, at: Self.seconds(time), in: bucket)
        return assemble(frame, vectors, attributes, finding, bucket)
    }

    func assemble(
        _ frame: AnomalyFrame, _ vectors: [[Float]], _ attributes: [[Float]], _ finding: SentenceLanes.Finding?,
        _ bucket: HourBucket
    ) -> FrameView {
        let answers = banks.query(vectors, in: bucket, count: constants.neighbours)
        let moving = banks.query(motion: attributes, in: bucket, count: constants.neighbours)
        var raw = [Double?](repeating: nil, count: AnomalyLane.allCases.count)
        // Without anything in the scene these lanes score 0: that nothing is there is part of what is normal, so that
        // a rare visitor is rare whatever it looks like.
        if let scene = answers.first {
            let crops = answers.dropFirst()
            let hours = crops.compactMap(\.hourDistance)
            raw[AnomalyLane.scene.index] = scene.distance
            raw[AnomalyLane.normality.index] = crops.map(\.distance).max() ?? 0
            let isHourKnown =
                hours.count == crops.count && watched >= constants.hourSettling
                && history.present(.normality, in: bucket) >= constants.hourPresence
            if isHourKnown { raw[AnomalyLane.hour.index] = hours.max() ?? 0 }
            if moving.count == attributes.count { raw[AnomalyLane.motion.index] = moving.map(\.distance).max() ?? 0 }
        }
        raw[AnomalyLane.contrast.index] = finding?.contrast
        raw[AnomalyLane.retrieval.index] = finding?.retrieval
        raw[AnomalyLane.change.index] = frame.dropRatio.map { 1 - min(max($0, 0), 1) }
        let distances = answers.isEmpty ? vectors.map { _ in -1 } : answers.map(\.distance)
        let sighting = Sighting(
            time: frame.encoding.time, isInfrared: bucket.isInfrared, looks: vectors.map(PackedFloats.init),
            distances: distances, motion: attributes.map(PackedFloats.init), raw: raw,
            probability: finding?.probability ?? 0, pValue: 1, isAbsorbed: isAbsorbing)
        return FrameView(
            bucket: bucket, sighting: sighting, boxes: frame.looks.map(\.box), answers: answers,
            motion: moving, finding: finding)
    }

    /// Why a frame is strange, judged by what is normal *now*: for frames whose encodings were stored. Scores nothing and
    /// learns nothing; nil while cold.
    public func explain(_ frame: AnomalyFrame) -> AnomalyExplanation? {
        guard phase != .cold else { return nil }
        var copy = self
        let bucket = HourBucket(frame.encoding.time, offset: utcOffset, isInfrared: light.isInfrared)
        let view = copy.view(frame, in: bucket)
        return explanation(of: view, laneScores(view))
    }

    /// The lanes' scores of a frame by what is normal *now*, without learning or smoothing.
    public func scores(of frame: AnomalyFrame) -> [AnomalyReading.LaneScore] {
        var copy = self
        return laneScores(
            copy.view(
                frame, in: HourBucket(frame.encoding.time, offset: utcOffset, isInfrared: light.isInfrared)))
    }

    private func laneScores(_ view: FrameView) -> [AnomalyReading.LaneScore] {
        view.raw.map { lane, raw in
            .init(lane: lane, raw: raw, pValue: history.exceedance(raw, lane, in: view.bucket))
        }
    }

    func explanation(of view: FrameView, _ scores: [AnomalyReading.LaneScore]) -> AnomalyExplanation? {
        // While warming nothing but likeness to sentences alarms.
        let asked = phase == .warming ? scores.filter { $0.lane == .contrast } : scores
        guard let worst = asked.min(by: { $0.pValue < $1.pValue }) else { return nil }
        let look = view.look(worst.lane)
        let isText = worst.lane == .contrast || worst.lane == .retrieval
        let near = worst.lane == .motion ? view.motion : view.answers
        let index = worst.lane == .motion ? look - 1 : look
        let sentences =
            worst.lane == .contrast ? view.finding?.contrastSentences : view.finding?.retrievalSentences
        return AnomalyExplanation(
            lane: worst.lane, basis: phase == .live ? .history : .provisional, pValue: worst.pValue,
            anyHourPValue: history.exceedance(worst.raw, worst.lane), rawScore: worst.raw,
            box: view.boxes.indices.contains(look) ? view.boxes[look] : .whole,
            moments: near.indices.contains(index) ? near[index].neighbours.map(\.seen) : [],
            sentences: isText ? sentences ?? [] : [], category: isText ? view.finding?.category : nil,
            hour: view.bucket.name)
    }
}
