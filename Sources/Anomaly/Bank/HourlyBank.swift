internal import Base
internal import NN

// Q queries · D width

/// What is normal by colour or infrared and by the hour, with a long memory over all hours beside.
struct HourlyBank: Sendable, Codable {
    /// Sizes.
    struct Capacity: Sendable, Equatable, Codable {
        /// Vectors of each hour, colour and infrared apart.
        var hour: Int
        /// Vectors of the long memory.
        var long: Int

        /// As many vectors of `width` floats as fit into `bytes`, at most `hour` and `long`.
        init(hour: Int, long: Int, width: Int, bytes: Int) {
            let wanted = (2 * 24 * hour + long) * (4 * width + 32)
            let share = min(1, Double(bytes) / Double(wanted))
            self.hour = max(4, Int(Double(hour) * share))
            self.long = max(16, Int(Double(long) * share))
        }
    }

    /// What is near one query.
    struct Answer: Sendable {
        /// Mean distance to the nearest vectors of the long memory or the present hours, whichever is closer.
        let distance: Double
        /// Mean distance to the nearest vectors of the present hours; nil while they hold too few.
        let hourDistance: Double?
        /// The nearest vectors.
        let neighbours: [CoresetBank.Neighbour]
    }

    private let capacity: Capacity
    private let metric: CoresetBank.Metric
    private let width: Int
    private let radius: Float
    private var long: CoresetBank
    private var hours: [CoresetBank?] = Array(repeating: nil, count: 48)  // infrared after colour

    init(capacity: Capacity, width: Int, radius: Float, metric: CoresetBank.Metric = .cosine) {
        self.capacity = capacity
        self.metric = metric
        self.width = width
        self.radius = radius
        long = CoresetBank(capacity: capacity.long, width: width, radius: radius, metric: metric)
    }

    var isEmpty: Bool { long.count == 0 }

    var byteCount: Int { long.byteCount + hours.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    /// Whether the parts fit together after decoding.
    func isWhole(width: Int) -> Bool {
        self.width == width && long.width == width && hours.count == 48
            && hours.allSatisfy { $0.map { $0.width == width } ?? true }
    }

    /// Per query [D] the distances by the `count` nearest in `bucket` and its neighbours.
    func query(_ vectors: [[Float]], in bucket: HourBucket, count: Int) -> [Answer] {
        guard !vectors.isEmpty, !isEmpty else { return [] }
        let queries = Tensor(rows: vectors)
        let present = bucket.consulted.compactMap { hours[$0] }
        let inHours = present.map { ($0, $0.distances(queries)) }
        let isHourKnown = present.reduce(0) { $0 + $1.count } >= 2 * count
        return long.distances(queries).enumerated().map { row, distances in
            let far = long.neighbours(distances, count: count)
            let near = inHours.flatMap { bank, rows in bank.neighbours(rows[row], count: count) }
                .stablySorted { $0.distance < $1.distance }.prefix(count)
            let hourDistance = isHourKnown ? Self.mean(Array(near)) : nil
            let longDistance = Self.mean(far)
            let isLonger = hourDistance.map { $0 < longDistance } ?? false
            return Answer(
                distance: min(longDistance, hourDistance ?? .infinity), hourDistance: hourDistance,
                neighbours: isLonger ? Array(near) : far)
        }
    }

    /// Takes `vector`, which is normal, into the hour and the long memory.
    mutating func learn(_ vector: [Float], at time: WallTime, in bucket: HourBucket) {
        long.insert(vector, at: time)
        if hours[bucket.index] == nil {
            hours[bucket.index] = CoresetBank(
                capacity: capacity.hour, width: width, radius: radius, metric: metric)
        }
        hours[bucket.index]?.insert(vector, at: time)
    }

    /// Forgets what was first seen in `span`, its end included.
    mutating func forget(seenIn span: TimeSpan) {
        long.removeAll(seenIn: span)
        for index in hours.indices { hours[index]?.removeAll(seenIn: span) }
    }

    /// Drops what was not seen since `limit`.
    mutating func age(before limit: WallTime) {
        long.age(before: limit)
        for index in hours.indices { hours[index]?.age(before: limit) }
    }

    private static func mean(_ neighbours: [CoresetBank.Neighbour]) -> Double {
        neighbours.isEmpty
            ? .infinity : neighbours.reduce(0) { $0 + Double($1.distance) } / Double(neighbours.count)
    }
}
