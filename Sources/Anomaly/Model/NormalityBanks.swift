internal import Base

/// Everything that one camera has shown and that counts as normal, what waits to count, and what never may.
struct NormalityBanks: Sendable, Codable {
    private static let motionRadius: Float = 0.01
    private static let motionCapacity = (hour: 32, long: 256)

    private var looks: HourlyBank
    private var motion: HourlyBank
    private var probation: CoresetBank
    private var forbidden: CoresetBank

    init(width: Int, _ constants: AnomalyConstants) {
        looks = HourlyBank(
            capacity: .init(
                hour: constants.hourCapacity, long: constants.longCapacity, width: width, bytes: constants.bankBytes),
            width: width, radius: constants.radius)
        motion = HourlyBank(
            capacity: .init(
                hour: Self.motionCapacity.hour, long: Self.motionCapacity.long, width: MotionAttributes.width,
                bytes: .max),
            width: MotionAttributes.width, radius: Self.motionRadius, metric: .euclidean)
        probation = CoresetBank(capacity: constants.probationCapacity, width: width, radius: 0)
        forbidden = CoresetBank(capacity: constants.probationCapacity, width: width, radius: constants.radius)
    }

    var byteCount: Int { looks.byteCount + motion.byteCount + probation.byteCount + forbidden.byteCount }

    /// Whether the parts fit a model of `width` after decoding.
    func isWhole(width: Int) -> Bool {
        looks.isWhole(width: width) && motion.isWhole(width: MotionAttributes.width) && probation.width == width
            && forbidden.width == width
    }

    /// Per look [D] its neighbours; empty while nothing was learnt.
    func query(_ vectors: [[Float]], in bucket: HourBucket, count: Int) -> [HourlyBank.Answer] {
        looks.query(vectors, in: bucket, count: count)
    }

    /// The same for motion attributes.
    func query(motion attributes: [[Float]], in bucket: HourBucket, count: Int) -> [HourlyBank.Answer] {
        motion.query(attributes, in: bucket, count: count)
    }

    /// Learns a sighting. What is not ordinary must have been seen before: a look is taken in when an earlier one, at least
    /// the probation ago, is twice as near to it as anything normal.
    mutating func learn(
        _ sighting: Sighting, isOrdinary: Bool, in bucket: HourBucket, _ constants: AnomalyConstants
    ) {
        for (look, distance) in zip(sighting.looks, sighting.distances) {
            let vector = look.values
            if isOrdinary || hasReturned(vector, distance, sighting.time, constants.probation) {
                looks.learn(vector, at: sighting.time, in: bucket)
            } else {
                probation.insert(vector, at: sighting.time)
            }
        }
        guard isOrdinary else { return }
        for attributes in sighting.motion { motion.learn(attributes.values, at: sighting.time, in: bucket) }
    }

    /// Forbids the looks of a confirmed incident, after what was learnt during it is forgotten.
    mutating func forbid(
        _ vectors: [[Float]], seenAt time: WallTime, during span: TimeSpan, in bucket: HourBucket,
        _ constants: AnomalyConstants
    ) {
        looks.forget(seenIn: span)
        motion.forget(seenIn: span)
        let answers = looks.query(vectors, in: bucket, count: 1)
        for (index, vector) in vectors.enumerated() {
            let distance = answers.isEmpty ? Double.infinity : answers[index].distance
            if distance > Double(constants.forbiddenRadius) { forbidden.insert(vector, at: time) }
        }
    }

    /// Takes back what ``forbid(_:seenAt:during:in:_:)`` did for `span`.
    mutating func permit(during span: TimeSpan) { forbidden.removeAll(seenIn: span) }

    /// Forgets what was first seen in `span`, its end included.
    mutating func forget(seenIn span: TimeSpan) {
        looks.forget(seenIn: span)
        motion.forget(seenIn: span)
        probation.removeAll(seenIn: span)
        forbidden.removeAll(seenIn: span)
    }

    /// Drops what was not seen since `limit`.
    mutating func age(before limit: WallTime) {
        looks.age(before: limit)
        motion.age(before: limit)
        probation.age(before: limit)
    }

    private func hasReturned(_ vector: [Float], _ distance: Double, _ time: WallTime, _ pause: Double) -> Bool {
        guard distance >= 0, let known = probation.nearest(vector) else { return false }
        return Double(known.distance) <= distance / 2 && time.seconds(since: known.seen) >= pause
    }

    /// Whether any of a sighting's looks is one of a confirmed incident.
    func isForbidden(_ sighting: Sighting, _ constants: AnomalyConstants) -> Bool {
        forbidden.count > 0 && sighting.looks.contains { isForbidden($0.values, constants.forbiddenRadius) }
    }

    private func isForbidden(_ vector: [Float], _ radius: Float) -> Bool {
        forbidden.nearest(vector).map { $0.distance <= radius } ?? false
    }
}

extension CoresetBank {
    /// The vector of the bank nearest to `vector`; nil while it is empty.
    func nearest(_ vector: [Float]) -> Neighbour? {
        guard count > 0 else { return nil }
        return neighbours(distances([vector])[0], count: 1).first
    }
}
