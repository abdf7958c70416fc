public import Base

extension AnomalyModel {
    /// Most frames that wait to become normal, however fast the camera is analysed.
    private static let waitingLimit = 400

    /// Learns a frame of the cold phase at once; the second half of it also starts the lanes' histories.
    mutating func warmUp(_ view: FrameView) {
        let elapsed = firstTime.map { view.sighting.time.seconds(since: $0) } ?? 0
        banks.learn(view.sighting, isOrdinary: true, in: view.bucket, constants)
        learnScores(view.sighting, in: view.bucket, withHistory: elapsed >= constants.coldSeconds / 2)
        if frames >= constants.coldFrames, elapsed >= constants.coldSeconds { phase = .warming }
    }

    /// Keeps a frame until it may be learnt, unless an alarm is near.
    mutating func wait(_ sighting: Sighting, pValue: Double) {
        if let quietFrom, sighting.time >= quietFrom, quietUntil.map({ sighting.time <= $0 }) ?? true { return }
        var kept = sighting
        kept.pValue = pValue
        kept.isAbsorbed = isAbsorbing
        waiting.append(kept)
        if waiting.count > Self.waitingLimit { waiting.removeFirst(waiting.count - Self.waitingLimit) }
    }

    /// Lets frames up to `limit` become normal.
    mutating func admit(before limit: WallTime) {
        let ready = waiting.prefix { $0.time <= limit }
        for sighting in ready where !banks.isForbidden(sighting, constants) {
            let bucket = HourBucket(sighting.time, offset: utcOffset, isInfrared: sighting.isInfrared)
            let isOrdinary = sighting.isAbsorbed || sighting.pValue > 1 - constants.ordinaryShare
            banks.learn(sighting, isOrdinary: isOrdinary, in: bucket, constants)
            // What a changed scene scored before it was known is no measure of normal scores.
            learnScores(sighting, in: bucket, withHistory: !sighting.isAbsorbed)
        }
        waiting.removeFirst(ready.count)
    }

    private mutating func learnScores(_ sighting: Sighting, in bucket: HourBucket, withHistory: Bool) {
        let seconds = Self.seconds(sighting.time)
        if let scene = sighting.looks.first?.values {
            sentences?.learn(scene, probability: sighting.probability, at: seconds, in: bucket)
        }
        guard withHistory else { return }
        for lane in AnomalyLane.allCases {
            if let raw = sighting.raw[lane.index] { history.insert(raw, lane, at: seconds, in: bucket) }
        }
    }

    /// Forgets once a day what has not been seen for long.
    mutating func age(at time: WallTime) {
        let last = agedAt ?? time
        if agedAt == nil { agedAt = time }
        guard time.seconds(since: last) >= 86_400 else { return }
        agedAt = time
        banks.age(before: time.advanced(bySeconds: -constants.lifetime))
    }

    /// Takes an operator's verdict on the alarm that lasted over `span`, with its frames as stored.
    ///
    /// `normal` makes the frames normal at once. `incident` forgets what was learnt during the alarm, lets nothing like
    /// its unusual looks become normal, and takes the alarm out of the false alarms. A `number` above 0 is that of the
    /// verdict: one that was taken before changes nothing.
    public mutating func judge(
        _ verdict: AnomalyVerdict, during span: TimeSpan, frames: [AnomalyFrame], number: Int64 = 0
    ) {
        if number > 0 {
            guard number > lastVerdict else { return }
            lastVerdict = number
        }
        switch verdict {
        case .normal:
            banks.permit(during: span)
            for frame in frames {
                var copy = self
                let bucket = HourBucket(frame.encoding.time, offset: utcOffset, isInfrared: light.isInfrared)
                banks.learn(copy.view(frame, in: bucket).sighting, isOrdinary: true, in: bucket, constants)
            }
        case .incident:
            let bucket = HourBucket(span.start, offset: utcOffset, isInfrared: light.isInfrared)
            let margin = constants.quietBefore
            let wide = TimeSpan(
                start: span.start.advanced(bySeconds: -margin), end: span.end.advanced(bySeconds: margin))
            let vectors = frames.flatMap { $0.encoding.looks.map(\.values) }
            banks.forbid(vectors, seenAt: span.start, during: wide, in: bucket, constants)
            waiting.removeAll { $0.time >= wide.start && $0.time <= wide.end }
            isAbsorbing = false
            let now = lastTime ?? span.end
            limit.forget(alarmAt: now.seconds(since: span.start))
            // Of days that the log no longer holds there is nothing to take back.
            if now.seconds(since: span.start) < Double(AlarmLog.capacity - 1) * 86_400 {
                log.count(-1, at: Self.seconds(span.start))
            }
        }
    }

    /// Forgets what was seen in `span`, for good.
    public mutating func forget(seenIn span: TimeSpan) {
        banks.forget(seenIn: span)
        waiting.removeAll { $0.time >= span.start && $0.time <= span.end }
    }

    /// Another ceiling from now on.
    public mutating func change(ceilingPerDay: Double) { limit.change(ceilingPerDay: ceilingPerDay) }

    /// How often each score level was reached, for the pooled history of a site.
    public var exceedances: ExceedanceGrid { limit.history }

    /// The threshold in force (−log₁₀ p) and where it comes from.
    public var threshold: AlarmThreshold { limit }

    /// How often it really alarmed, provisional alarms included, over the last 60 days.
    public var achievedRate: AchievedRate { log.rate(ceilingPerDay: limit.settings.ceilingPerDay) }

    /// The last frame that was taken.
    public var lastFrame: WallTime? { lastTime }

    /// Bytes of everything that grows with what was seen.
    public var byteCount: Int {
        banks.byteCount + history.byteCount + (sentences?.byteCount ?? 0) + 3 * ExceedanceGrid.levels * 8
            + waiting.reduce(0) { $0 + $1.looks.reduce(0) { $0 + 4 * $1.values.count } + 128 }
    }
}
